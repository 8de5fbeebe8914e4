// One video holds all panels side by side, so they cannot fall out of step; each canvas shows a crop of it.
// No pixel is read back, which browsers forbid for files from disk: the difference is made by compositing.
function makePlayer(video, panels, difference, onFrame) {
  let clip = null;

  const last = () => clip.distance.length - 1;
  const frame = () => Math.min(Math.floor(video.currentTime * clip.fps + 1e-3), last());

  function crop(canvas, column, operation) {
    const width = Math.floor(video.videoWidth / panels.length);
    const context = canvas.getContext("2d");
    context.globalCompositeOperation = operation;
    context.drawImage(video, column * width, 0, width, video.videoHeight, 0, 0, canvas.width, canvas.height);
  }

  function draw() {
    if (!clip || video.readyState < video.HAVE_CURRENT_DATA) return;
    panels.forEach((canvas, column) => crop(canvas, column, "copy"));
    if (difference) {
      crop(difference, 1, "copy");
      crop(difference, 2, "difference");
    }
    onFrame(frame());
  }

  function resize() {
    for (const canvas of difference ? [...panels, difference] : panels) {
      canvas.width = Math.floor(video.videoWidth / panels.length);
      canvas.height = video.videoHeight;
    }
  }

  // To the middle of a frame's time, where rounding cannot show its neighbour.
  function seek(number) {
    video.pause();
    video.currentTime = (Math.max(0, Math.min(number, last())) + 0.5) / clip.fps;
  }

  function show(chosen, number) {
    const loaded = clip === chosen;
    clip = chosen;
    if (loaded) return seek(number);
    video.pause();
    video.src = clip.video;
    video.onloadedmetadata = () => { resize(); seek(number); };
  }

  function toggle() {
    if (!video.paused) return video.pause();
    if (frame() === last()) video.currentTime = 0;
    video.play().catch(() => {});  // a pause that comes at once is no failure; a video that fails says so in "error"
  }

  function follow() {
    draw();
    if (!video.paused) requestAnimationFrame(follow);
  }

  video.addEventListener("play", follow);
  video.addEventListener("seeked", draw);
  video.addEventListener("pause", () => seek(frame()));
  return { show, seek, toggle, step: (count) => seek(frame() + count), end: () => seek(last()) };
}
