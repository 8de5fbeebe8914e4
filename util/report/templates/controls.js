const keys = {
  " ": () => player.toggle(),
  ArrowLeft: (shift) => player.step(shift ? -10 : -1),
  ArrowRight: (shift) => player.step(shift ? 10 : 1),
  Home: () => player.seek(0),
  End: () => player.end(),
  "[": () => show(clip - 1, 0),
  "]": () => show(clip + 1, 0),
  "+": () => zoomBy(1),
  "-": () => zoomBy(-1),
  w: () => elsewhere(() => look.move(0, -1)),
  a: () => elsewhere(() => look.move(-1, 0)),
  s: () => elsewhere(() => look.move(0, 1)),
  d: () => elsewhere(() => look.move(1, 0)),
};

function onKey(event) {
  const own = event.key === " " ? "button, select, summary" : "input, select"; // what these keys do there by themselves
  if (!keys[event.key] || event.ctrlKey || event.altKey || event.metaKey || event.target.matches(own)) return;
  event.preventDefault();
  keys[event.key](event.shiftKey);
}

function pointAt(event) {
  if (event.type === "pointermove" && !event.buttons) return;
  const { left, top, width, height } = event.currentTarget.getBoundingClientRect();
  elsewhere(() => look.to((event.clientX - left) / width, (event.clientY - top) / height));
}

function wipe() {
  document.querySelector(".stage").style.setProperty("--wipe", `${at("wipe").value}%`);
}

at("clip").addEventListener("change", () => show(Number(at("clip").value), 0));
at("scrubber").addEventListener("input", () => player.seek(Number(at("scrubber").value)));
at("play").addEventListener("click", player.toggle);
at("back").addEventListener("click", () => player.step(-1));
at("forward").addEventListener("click", () => player.step(1));
at("speed").addEventListener("change", () => player.setSpeed(Number(at("speed").value)));
at("zoom").addEventListener("change", () => zoomBy(0));
at("wipe").addEventListener("input", wipe);
at("scale")?.addEventListener("input", scale);
at("figure")?.addEventListener("change", () => { chart(); player.redraw(); });
at("loop").addEventListener("click", () => {
  const on = at("loop").ariaPressed !== "true";
  at("loop").ariaPressed = on;
  player.loop(on);
});
at("video").addEventListener("play", () => { at("play").textContent = "Pause"; });
at("video").addEventListener("pause", () => { at("play").textContent = "Play"; });
at("video").addEventListener("loadedmetadata", () => {
  const { videoWidth, videoHeight, dataset } = at("video");
  document.querySelector(".panels").style.setProperty("--aspect", Math.floor(videoWidth / dataset.columns) / videoHeight);
  looked();
});
at("inside")?.addEventListener("loadedmetadata", () => {
  at("rim").textContent = `${(run.rim * at("inside").videoWidth / 2).toFixed(1)} px`;
});
for (const source of sources) source.video.addEventListener("error", () => fail(source));
for (const view of all(".view")) for (const kind of ["pointerdown", "pointermove"]) view.addEventListener(kind, pointAt);
addEventListener("keydown", onKey);
addEventListener("hashchange", () => follow(location.hash));
// The address does not change when the same link is followed again, after the player has moved on.
for (const link of all(".gallery a, #worst")) link.addEventListener("click", () => follow(link.hash));

if (run.distances) {
  const { points, x_ticks, y_ticks, last } = run.distances;
  const xTicks = x_ticks.filter((tick) => Number.isInteger(tick) && tick >= 1 && tick <= last);
  makeChart(at("distances"), run.methods).show({
    lines: points, first: 1, last, xTicks, yTicks: y_ticks, xName: "distance, frames since the one predicted from", yName: "PSNR dB",
  });
}
if (at("scale")) scale();
follow(location.hash);
