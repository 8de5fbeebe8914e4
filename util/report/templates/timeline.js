// One figure of every method over the frames of a clip; ticks at the bottom mark the reference frames.
function makeTimeline(svg, methods, onSeek) {
  const left = 46, right = 10, top = 8, bottom = 34;
  let clip = null, figure = null, shown = 0;

  const width = () => svg.clientWidth - left - right;
  const height = () => svg.clientHeight - top - bottom;
  const last = () => Math.max(clip.distance.length - 1, 1);
  const xOf = (frame) => left + (frame / last()) * width();
  const share = (value) => (value - figure.ticks[0]) / (figure.ticks.at(-1) - figure.ticks[0]);
  const yOf = (value) => top + (1 - share(value)) * height();

  function add(name, attributes, text = "") {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.textContent = text;
    svg.append(element);
    return element;
  }

  function axes() {
    const floor = top + height();
    for (const value of figure.ticks) {
      add("line", { class: "grid", x1: left, x2: left + width(), y1: yOf(value), y2: yOf(value) });
      add("text", { x: left - 6, y: yOf(value) + 4, "text-anchor": "end" }, value);
    }
    for (const frame of clip.frame_ticks.filter((tick) => Number.isInteger(tick) && tick <= last()))
      add("text", { x: xOf(frame), y: floor + 26, "text-anchor": "middle" }, frame);
    const ticks = clip.references.map((frame) => `M${xOf(frame).toFixed(1)} ${floor + 2}v8`);
    add("path", { class: "reference", d: ticks.join("") });
  }

  // A line from each frame to the next one that has the figure.
  function curves() {
    for (const { key, colour, dash } of methods) {
      const points = (clip.figures[figure.key]?.[key] ?? []).map((value, frame) =>
        value === null ? null : `${xOf(frame).toFixed(1)} ${yOf(value).toFixed(1)}`);
      const path = points.filter((point) => point !== null).join("L");
      add("path", { class: "curve", d: path && `M${path}`, stroke: colour, "stroke-dasharray": dash });
    }
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

  function show(chosen, name) {
    [clip, figure] = [chosen, name];
    draw();
  }

  svg.addEventListener("pointerdown", point);
  svg.addEventListener("pointermove", point);
  new ResizeObserver(draw).observe(svg);
  return { mark, show };
}
