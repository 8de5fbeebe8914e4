const run = JSON.parse(document.getElementById("data").textContent);
const at = (id) => document.getElementById(id);
const player = makePlayer(at("video"), [...document.querySelectorAll(".panel")], at("difference"), onFrame);
const timeline = at("timeline") && makeTimeline(at("timeline"), run.series, run.psnr_ticks, player.seek);
let clip = 0;

function onFrame(frame) {
  const { distance, fps, ms, psnr } = run.clips[clip];
  const parts = [`frame ${frame} of 0–${distance.length - 1}`, `${(frame / fps).toFixed(2)} s`, `${ms[frame].toFixed(1)} ms`];
  parts.push(distance[frame] ? `distance ${distance[frame]}` : "exact");
  if (distance[frame]) parts.push(...run.series.map(({ key, name }) => `${name} ${psnr[key][frame].toFixed(2)} dB`));
  at("readout").textContent = parts.join(" · ");
  at("scrubber").value = frame;
  timeline?.mark(frame);
}

function show(number, frame) {
  clip = Math.max(0, Math.min(number, run.clips.length - 1));
  at("clip").value = clip;
  at("scrubber").max = run.clips[clip].distance.length - 1;
  at("failure").hidden = true;
  timeline?.show(run.clips[clip]);
  player.show(run.clips[clip], frame);
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
at("video").addEventListener("play", () => { at("play").textContent = "Pause"; });
at("video").addEventListener("pause", () => { at("play").textContent = "Play"; });
at("video").addEventListener("error", () => {
  at("failure").hidden = false;
  at("failure").textContent = `${run.clips[clip].name}: this browser cannot play ${run.clips[clip].video}`;
});
addEventListener("keydown", onKey);
addEventListener("hashchange", () => follow(location.hash));
// The address does not change when the same link is followed again, after the player has moved on.
for (const link of document.querySelectorAll(".gallery a")) link.addEventListener("click", () => follow(link.hash));
if (at("scale")) scale();
follow(location.hash);
