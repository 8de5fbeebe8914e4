// Each source is a video that holds panels of equal width side by side; each of its canvases shows a crop of it. The
// first one leads: the others follow its time, and nothing is drawn but frames of one number. A clip may lack the others.
// What a video shows comes a little later than its time says, so that each is asked for the frame that it has presented.
// No pixel is read back, which browsers forbid for files from disk: the difference is made by compositing.
function makePlayer(sources, difference, onFrame) {
  const lead = sources[0].video;
  let clip = null, wanted = 0;

  const active = () => sources.filter(({ video, key }) => clip[key] && !(video.error && video !== lead));
  const last = () => clip.distance.length - 1;
  const frameOf = (video) => Math.min(Math.floor(video.currentTime * clip.fps + 1e-3), last());
  const ready = ({ video, presented }) =>
    video.readyState >= video.HAVE_CURRENT_DATA && !video.seeking && presented === sources[0].presented;

  function crop({ video, canvases }, canvas, column, operation) {
    const width = Math.floor(video.videoWidth / canvases.length);
    const context = canvas.getContext("2d");
    context.globalCompositeOperation = operation;
    context.drawImage(video, column * width, 0, width, video.videoHeight, 0, 0, canvas.width, canvas.height);
  }

  function draw() {
    if (!clip || sources[0].presented === null || !active().every(ready)) return;
    for (const source of active()) source.canvases.forEach((canvas, column) => crop(source, canvas, column, "copy"));
    if (difference) {
      crop(sources[0], difference, 1, "copy");
      crop(sources[0], difference, 2, "difference");
    }
    onFrame(sources[0].presented);
  }

  function watch(source) {
    source.video.requestVideoFrameCallback((_, { mediaTime }) => {
      source.presented = Math.min(Math.round(mediaTime * clip.fps), last());
      draw();
      watch(source);
    });
  }

  function resize({ video, canvases }) {
    for (const canvas of video === lead && difference ? [...canvases, difference] : canvases) {
      canvas.width = Math.floor(video.videoWidth / canvases.length);
      canvas.height = video.videoHeight;
    }
  }

  // To the middle of a frame's time, where rounding cannot show its neighbour.
  function place(video) {
    video.pause();
    video.currentTime = (wanted + 0.5) / clip.fps;
  }

  function seek(number) {
    wanted = Math.max(0, Math.min(number, last()));
    for (const { video } of active()) place(video);
  }

  function load(source) {
    const { video, canvases, key } = source;
    for (const canvas of canvases) canvas.parentElement.hidden = !clip[key];
    video.pause();
    source.presented = null;
    video.onloadedmetadata = () => { resize(source); place(video); };
    if (clip[key]) video.src = clip[key];
    else video.removeAttribute("src");
  }

  function show(chosen, number) {
    const loaded = clip === chosen;
    clip = chosen;
    wanted = number;
    if (loaded) return seek(number);
    sources.forEach(load);
  }

  function toggle() {
    if (!lead.paused) return lead.pause();
    const ended = frameOf(lead) === last();
    for (const { video } of active()) {
      if (ended) video.currentTime = 0;
      video.play().catch(() => {});  // a pause that comes at once is no failure; a video that fails says so in "error"
    }
  }

  // A follower that is late runs faster, one that is early slower: no jump, which would take longer.
  function follow() {
    for (const { video } of active().slice(1))
      video.playbackRate = Math.max(0.25, Math.min(1 + 5 * (lead.currentTime - video.currentTime), 4));
    if (!lead.paused) requestAnimationFrame(follow);
  }

  sources.forEach(watch);
  for (const { video } of sources) video.addEventListener("seeked", draw);
  lead.addEventListener("play", follow);
  lead.addEventListener("pause", () => seek(frameOf(lead)));
  return { show, seek, toggle, redraw: draw, step: (count) => seek(frameOf(lead) + count), end: () => seek(last()) };
}
