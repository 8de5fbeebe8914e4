// Follows player.js of the report page, whose makePlayer draws the three panels of one video.
const at = (name) => element.querySelector(name);
const video = at("video");
const source = { key: "video", video, canvases: [...element.querySelectorAll("canvas")] };
const whole = (_, width, height) => ({ left: 0, top: 0, width, height });
const player = makePlayer([source], whole, onFrame);
let clip = null;

function onFrame(frame) {
  const distance = clip.distance[frame];
  const made = distance ? `predicted from ${distance} frame${distance > 1 ? "s" : ""} before, ${clip.psnr[frame].toFixed(1)} dB` : "made by the teacher";
  at(".readout").textContent = `frame ${frame + 1} of ${clip.distance.length} · ${made}`;
  at(".scrubber").value = frame;
}

function tile([value, label]) {
  const made = document.createElement("div"), figure = document.createElement("strong"), name = document.createElement("span");
  made.className = "tile";
  figure.textContent = value;
  name.textContent = label;
  made.append(figure, name);
  return made;
}

function show() {
  clip = props.value;
  at(".result").hidden = !clip;
  at(".message").hidden = Boolean(clip);
  if (!clip) return;
  at(".tiles").replaceChildren(...clip.tiles.map(tile));
  at(".scrubber").max = clip.distance.length - 1;
  at(".download").href = clip.video;
  at(".readout").textContent = "";
  player.show(clip, 0);
}

at(".wipe").addEventListener("input", () => at(".panels").style.setProperty("--wipe", `${at(".wipe").value}%`));
at(".three").addEventListener("change", (event) => at(".panels").classList.toggle("apart", event.target.checked));
at(".scrubber").addEventListener("input", () => player.seek(Number(at(".scrubber").value)));
at(".play").addEventListener("click", player.toggle);
at(".back").addEventListener("click", () => player.step(-1));
at(".forward").addEventListener("click", () => player.step(1));
video.addEventListener("play", () => { at(".play").textContent = "Pause"; });
video.addEventListener("pause", () => { at(".play").textContent = "Play"; });
video.addEventListener("error", () => { at(".readout").textContent = "this browser cannot play the result: Download saves it"; });
watch("value", show);
show();
