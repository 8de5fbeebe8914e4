// PSNR over the frames of a clip; exact frames have none and are marked by a tick at the bottom.
function makeTimeline(svg, series, psnrTicks, onSeek) {
  const left = 34, right = 10, top = 24, bottom = 34;
  let clip = null, shown = 0;

  const width = () => svg.clientWidth - left - right;
  const height = () => svg.clientHeight - top - bottom;
  const last = () => Math.max(clip.distance.length - 1, 1);
  const xOf = (frame) => left + (frame / last()) * width();
  const share = (psnr) => (psnr - psnrTicks[0]) / (psnrTicks.at(-1) - psnrTicks[0]);
  const yOf = (psnr) => top + (1 - share(psnr)) * height();

  function add(name, attributes, text = "") {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.textContent = text;
    svg.append(element);
    return element;
  }

  function axes() {
    const floor = top + height();
    for (const psnr of psnrTicks) {
      add("line", { class: "grid", x1: left, x2: left + width(), y1: yOf(psnr), y2: yOf(psnr) });
      add("text", { x: left - 6, y: yOf(psnr) + 4, "text-anchor": "end" }, psnr);
    }
    for (const frame of clip.frame_ticks.filter((tick) => Number.isInteger(tick) && tick <= last()))
      add("text", { x: xOf(frame), y: floor + 26, "text-anchor": "middle" }, frame);
    for (const frame of clip.references)
      add("line", { class: "reference", x1: xOf(frame), x2: xOf(frame), y1: floor + 2, y2: floor + 10 });
  }

  function curves() {
    const predicted = [...clip.distance.keys()].filter((frame) => clip.distance[frame] > 0);
    series.forEach(({ key, name, colour }, number) => {
      const points = predicted.map((frame) => `${xOf(frame).toFixed(1)},${yOf(clip.psnr[key][frame]).toFixed(1)}`);
      add("polyline", { points: points.join(" "), stroke: colour });
      add("rect", { x: left + 90 * number, y: 4, width: 10, height: 10, fill: colour });
      add("text", { x: left + 90 * number + 15, y: 13 }, name);
    });
  }

  function mark(frame) {
    shown = frame;
    svg.querySelector(".cursor")?.remove();
    add("line", { class: "cursor", x1: xOf(frame), x2: xOf(frame), y1: top, y2: top + height() + 12 });
  }

  function draw() {
    svg.replaceChildren();
    if (!clip || width() <= 0) return;
    axes();
    curves();
    mark(shown);
  }

  function point(event) {
    if (event.type === "pointermove" && !event.buttons) return;
    const x = event.clientX - svg.getBoundingClientRect().left;
    onSeek(Math.round(((x - left) / width()) * last()));
  }

  svg.addEventListener("pointerdown", point);
  svg.addEventListener("pointermove", point);
  new ResizeObserver(draw).observe(svg);
  return { mark, show: (chosen) => { clip = chosen; shown = 0; draw(); } };
}
