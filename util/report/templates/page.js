const run = JSON.parse(document.getElementById("data").textContent);
const at = (id) => document.getElementById(id);
const canvases = (selector) => [...document.querySelectorAll(selector)];
const sources = [{ key: "video", video: at("video"), canvases: canvases("canvas.panel") }];
if (at("inside")) sources.push({ key: "inside", video: at("inside"), canvases: canvases("canvas.inside") });
const player = makePlayer(sources, at("difference"), onFrame);
const timeline = at("timeline") && makeTimeline(at("timeline"), run.methods, player.seek);
let clip = 0, figure = run.figures[0];

function onFrame(frame) {
  const { distance, fps, ms, figures } = run.clips[clip];
  const parts = [`frame ${frame} of 0–${distance.length - 1}`, `${(frame / fps).toFixed(2)} s`, `${ms[frame].toFixed(1)} ms`];
  parts.push(distance[frame] ? `distance ${distance[frame]}` : "exact");
  for (const { key, name } of figure ? run.methods : []) {
    const value = figures[figure.key]?.[key]?.[frame] ?? null;
    if (value !== null) parts.push(`${name} ${value.toFixed(figure.digits)}`);
  }
  at("readout").textContent = parts.join(" · ");
  at("scrubber").value = frame;
  timeline?.mark(frame);
}

function show(number, frame) {
  clip = Math.max(0, Math.min(number, run.clips.length - 1));
  at("clip").value = clip;
  at("scrubber").max = run.clips[clip].distance.length - 1;
  at("failure").hidden = true;
  chart();
  player.show(run.clips[clip], frame);
}

function chart() {
  if (!timeline) return;
  figure = run.figures[at("figure")?.value ?? 0];
  at("figure-name").textContent = figure.name;
  for (const key of document.querySelectorAll("[data-method]"))
    key.hidden = !(key.dataset.method in (run.clips[clip].figures[figure.key] ?? {}));
  timeline.show(run.clips[clip], figure);
}

// "#2/17" is frame 17 of the third clip.
function follow(address) {
  const [, number, frame] = address.match(/^#(\d+)\/(\d+)$/) ?? [];
  if (number !== undefined) at("player").scrollIntoView();
  show(Number(number ?? 0), Number(frame ?? 0));
}

function scale() {
  at("difference").style.filter = `brightness(${at("scale").value})`;
  at("scale-shown").textContent = at("scale").value;
  at("brightest").textContent = (255 / at("scale").value).toFixed(0);
}

const keys = {
  " ": () => player.toggle(),
  ArrowLeft: (shift) => player.step(shift ? -10 : -1),
  ArrowRight: (shift) => player.step(shift ? 10 : 1),
  Home: () => player.seek(0),
  End: () => player.end(),
  "[": () => show(clip - 1, 0),
  "]": () => show(clip + 1, 0),
};

function onKey(event) {
  const own = event.key === " " ? "button, select, summary" : "input, select"; // what these keys do there by themselves
  if (!keys[event.key] || event.ctrlKey || event.altKey || event.metaKey || event.target.matches(own)) return;
  event.preventDefault();
  keys[event.key](event.shiftKey);
}

at("clip").addEventListener("change", () => show(Number(at("clip").value), 0));
at("scrubber").addEventListener("input", () => player.seek(Number(at("scrubber").value)));
at("play").addEventListener("click", player.toggle);
at("back").addEventListener("click", () => player.step(-1));
at("forward").addEventListener("click", () => player.step(1));
at("scale")?.addEventListener("input", scale);
at("figure")?.addEventListener("change", () => { chart(); player.redraw(); });
at("video").addEventListener("play", () => { at("play").textContent = "Pause"; });
at("video").addEventListener("pause", () => { at("play").textContent = "Play"; });
for (const { key, video, canvases } of sources) {
  video.addEventListener("error", () => {
    at("failure").hidden = false;
    at("failure").textContent = `${run.clips[clip].name}: this browser cannot play ${run.clips[clip][key]}`;
    for (const canvas of canvases) canvas.parentElement.hidden = key !== "video";
    player.redraw();
  });
}
at("inside")?.addEventListener("loadedmetadata", () => {
  at("rim").textContent = `${(run.rim * at("inside").videoWidth / 2).toFixed(1)} px`;
});
addEventListener("keydown", onKey);
addEventListener("hashchange", () => follow(location.hash));
// The address does not change when the same link is followed again, after the player has moved on.
for (const link of document.querySelectorAll(".gallery a")) link.addEventListener("click", () => follow(link.hash));
if (at("scale")) scale();
follow(location.hash);
