const run = JSON.parse(document.getElementById("data").textContent);
const at = (id) => document.getElementById(id);
const all = (selector) => [...document.querySelectorAll(selector)];
const sources = ["video", "inside"].filter(at).map((key) =>
  ({ key, video: at(key), canvases: all(`canvas[data-source=${key}]`) }));
const look = makeLook(looked);
const player = makePlayer(sources, look.part, onFrame);
const timeline = at("timeline") && makeChart(at("timeline"), run.methods, player.seek);
let clip = 0, frame = 0, figure = run.figures[0], place = null; // place: the worst frame at whose error the reader looks

function onFrame(number) {
  frame = number;
  const { distance, fps, times, ms, figures } = run.clips[clip], d = distance[frame];
  const parts = [`frame ${frame} of 0–${distance.length - 1}`, `${(times?.[frame] ?? frame / fps).toFixed(2)} s`, `${ms[frame].toFixed(1)} ms`];
  parts.push(d ? `distance ${d}` : "exact");
  const valueOf = ({ key }) => figures[figure.key]?.[key]?.[frame] ?? null;
  const known = figure ? run.methods.filter((method) => valueOf(method) !== null) : [];
  const values = known.map((method) => `${method.name} ${valueOf(method).toFixed(figure.digits)}`);
  if (values.length) parts.push(`${figure.name}: ${values.join(" · ")}`);
  at("readout").textContent = parts.join(" · ");
  at("scrubber").value = frame;
  const rank = run.worst.findIndex((worst) => worst.clip === clip && worst.number === frame);
  const kind = d ? `Skipped frame, ${d} after its reference` : "Exact frame, made by the whole teacher";
  at("kind").textContent = kind + (rank < 0 ? "" : rank ? `: number ${rank + 1} of the worst` : ": the worst of this run");
  if (at("exact")) at("exact").hidden = d !== 0;
  cropTitle();
  timeline?.mark(frame);
}

function cropTitle() {
  if (!at("crop-title")) return;
  const here = place && place.clip === clip && place.number === frame;
  at("crop-title").textContent = here ? "The largest error of this frame"
    : place ? `Where frame ${place.number} has its largest error` : "Enlarged";
}

// The reader looks elsewhere: the squares in the small pictures move, and all parts of pictures are drawn anew.
function looked() {
  const { videoWidth, videoHeight, dataset } = at("video"), w = Math.floor(videoWidth / dataset.columns) || 1, h = videoHeight || 1;
  const { left, top, width, height } = look.part("crop", w, h), percent = (share) => `${100 * share}%`;
  for (const { style } of all(".box"))
    Object.assign(style, { left: percent(left / w), top: percent(top / h), width: percent(width / w), height: percent(height / h) });
  player.redraw();
}

function show(number, wanted) {
  clip = Math.max(0, Math.min(number, run.clips.length - 1));
  at("clip").value = clip;
  at("scrubber").max = run.clips[clip].distance.length - 1;
  at("failure").hidden = true;
  document.querySelector(".panels").hidden = false;
  for (const { key, canvases } of sources) for (const canvas of canvases) (canvas.closest("figure") ?? canvas).hidden = !run.clips[clip][key];
  const own = run.worst.filter((worst) => worst.clip === clip);
  place = own.find((worst) => worst.number === wanted) ?? own[0] ?? null;
  chart();
  player.show(run.clips[clip], wanted);
  if (place) look.at(place.box, place.size);
}

function chart() {
  if (!timeline) return;
  figure = run.figures[at("figure")?.value ?? 0];
  const { figures, distance, references, frame_ticks, fps, times } = run.clips[clip], last = distance.length - 1;
  const points = (values) => values.map((value, number) => [number, value]).filter(([, value]) => value !== null);
  timeline.show({
    lines: Object.fromEntries(Object.entries(figures[figure.key] ?? {}).map(([key, values]) => [key, points(values)])),
    first: 0, last, xTicks: frame_ticks.filter((tick) => Number.isInteger(tick) && tick <= last), yTicks: figure.ticks,
    xName: `frame, ${Number(fps.toFixed(3))} per second${times ? " on average" : ""}`, yName: figure.axis,
    exact: [...distance.keys()].filter((number) => distance[number] === 0), marks: references,
  });
}

// "#2/17" is frame 17 of the third clip; without one, the worst skipped frame of the run is shown.
function follow(address) {
  const [, number, wanted] = address.match(/^#(\d+)\/(\d+)$/) ?? [];
  if (number === undefined) return show(run.worst[0]?.clip ?? 0, run.worst[0]?.number ?? 0);
  at("player").scrollIntoView();
  show(Number(number), Number(wanted));
}

function zoomBy(steps) {
  at("zoom").selectedIndex = Math.max(0, Math.min(at("zoom").selectedIndex + steps, at("zoom").length - 1));
  for (const canvas of all("canvas[data-part=zoom]")) canvas.classList.toggle("pixels", at("zoom").value > 1);
  look.zoomTo(Number(at("zoom").value));
}

function elsewhere(move) {
  place = null;
  move();
  cropTitle();
}

function scale() {
  for (const canvas of all("canvas[data-minus]")) canvas.style.filter = `brightness(${at("scale").value})`;
  for (const shown of all(".gain")) shown.textContent = at("scale").value;
  at("brightest").textContent = (255 / at("scale").value).toFixed(0);
}

async function fail({ key, video, canvases }) {
  const [address, failed] = [run.clips[clip][key], clip], there = await isThere(address);
  if (failed !== clip || !video.error) return;
  at("failure").hidden = false;
  at("failure").textContent = failureText(address, there);
  if (key === "video") document.querySelector(".panels").hidden = true; // there is nothing to play
  else for (const canvas of canvases) canvas.closest("figure").hidden = true;
  player.redraw();
}
