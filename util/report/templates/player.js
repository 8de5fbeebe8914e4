// Each source is a video that holds pictures of equal width side by side, and the canvases that show parts of it. The
// first one leads: the others follow its time, and nothing is drawn but frames of one number. A clip may lack the others.
// What a video shows comes a little later than its time says, so that each is asked for the frame that it has presented.
// No pixel is read back, which browsers forbid for files from disk: the difference is made by compositing.
function makePlayer(sources, part, onFrame) {
  const lead = sources[0].video;
  let clip = null, wanted = 0, speed = 1, looping = false;

  const active = () => sources.filter(({ video, key }) => clip[key] && !(video.error && video !== lead));
  const last = () => clip.distance.length - 1;
  const timeOf = (number) => clip.times?.[number] ?? number / clip.fps;
  const frameOf = (video) => frameAt(video.currentTime);
  const ready = ({ video, presented }) =>
    video.readyState >= video.HAVE_CURRENT_DATA && !video.seeking && presented === sources[0].presented;

  function frameAt(time) {
    if (!clip.times) return Math.min(Math.floor(time * clip.fps + 0.01), last());
    const next = clip.times.findIndex((shown) => shown > time + 1e-3);
    return next < 0 ? last() : Math.max(next - 1, 0);
  }

  // One pixel of the canvas for one of the video; the page enlarges it.
  function paint({ video }, canvas) {
    const width = Math.floor(video.videoWidth / video.dataset.columns), { column, minus } = canvas.dataset;
    const from = part(canvas.dataset.part, width, video.videoHeight), context = canvas.getContext("2d");
    if (canvas.width !== from.width) canvas.width = from.width;
    if (canvas.height !== from.height) canvas.height = from.height;
    const put = (number, operation) => {
      context.globalCompositeOperation = operation;
      context.drawImage(video, number * width + from.left, from.top, from.width, from.height, 0, 0, from.width, from.height);
    };
    put(column, "copy");
    if (minus === undefined) return;
    if (clip.distance[sources[0].presented]) put(minus, "difference");
    else context.clearRect(0, 0, canvas.width, canvas.height); // exact: what differs there is due to the video's compression
  }

  function draw() {
    if (!clip || sources[0].presented === null || !active().every(ready)) return;
    for (const source of active()) for (const canvas of source.canvases) paint(source, canvas);
    onFrame(sources[0].presented);
  }

  function watch(source) {
    source.video.requestVideoFrameCallback((_, { mediaTime }) => {
      source.presented = frameAt(mediaTime);
      draw();
      watch(source);
    });
  }

  // To the middle of a frame's time, where rounding cannot show its neighbour.
  function place(video) {
    video.pause();
    const start = timeOf(wanted), end = wanted < last() ? timeOf(wanted + 1) : start + 1 / clip.fps;
    video.currentTime = (start + end) / 2;
  }

  function seek(number) {
    wanted = Math.max(0, Math.min(number, last()));
    for (const { video } of active()) place(video);
  }

  function load(source) {
    const { video, key } = source;
    video.pause();
    source.presented = null;
    video.onloadedmetadata = () => place(video);
    if (clip[key]) video.src = clip[key];
    else video.removeAttribute("src");
  }

  function show(chosen, number) {
    const loaded = clip === chosen;
    clip = chosen;
    wanted = number;
    if (loaded) return seek(number);
    sources.forEach(load);
    setSpeed(speed);
  }

  function toggle() {
    if (!lead.paused) return lead.pause();
    const ended = frameOf(lead) === last();
    for (const { video } of active()) {
      if (ended) video.currentTime = 0;
      video.play().catch(() => {});  // a pause that comes at once is no failure; a video that fails says so in "error"
    }
  }

  function setSpeed(factor) {
    speed = factor;
    for (const { video } of sources) video.playbackRate = video.defaultPlaybackRate = speed;
  }

  // A follower that is late runs faster, one that is early slower: no jump, which would take longer.
  function follow() {
    for (const { video } of active().slice(1))
      video.playbackRate = speed * Math.max(0.25, Math.min(1 + 5 * (lead.currentTime - video.currentTime), 4));
    if (!lead.paused) requestAnimationFrame(follow);
  }

  sources.forEach(watch);
  for (const { video } of sources) video.addEventListener("seeked", draw);
  lead.addEventListener("play", follow);
  lead.addEventListener("pause", () => seek(frameOf(lead)));
  lead.addEventListener("ended", () => { if (looping) toggle(); });
  return {
    show, seek, toggle, setSpeed, redraw: draw,
    step: (count) => seek(frameOf(lead) + count), end: () => seek(last()), loop: (on) => { looping = on; },
  };
}
