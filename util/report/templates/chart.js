// A line chart as SVG: axes with their names and units, and a line per method with its name at its end.
// onPick, if given, gets the x at which the reader points.
function makeChart(svg, methods, onPick) {
  const left = 46, top = 26, bottom = 52, lineHeight = 12, gap = 3;
  let data = null, shown = null;

  const narrow = () => svg.clientWidth < 600;
  const partsOf = (name) => (narrow() ? name.split(/ (.*)/s, 2) : [name]); // two lines where there is little room
  const used = () => methods.filter(({ key }) => data.lines[key]?.length);
  const right = () => 22 + 7.2 * Math.max(...used().flatMap(({ name }) => partsOf(name).map((text) => text.length)), 0);
  const width = () => svg.clientWidth - left - right();
  const height = () => svg.clientHeight - top - bottom;
  const xOf = (x) => left + ((x - data.first) / (data.last - data.first || 1)) * width();
  const yOf = (y) => top + (1 - (y - data.yTicks[0]) / (data.yTicks.at(-1) - data.yTicks[0])) * height();
  const place = ([x, y]) => `${xOf(x).toFixed(1)} ${yOf(y).toFixed(1)}`;

  function add(name, attributes, text = "", parent = svg) {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.textContent = text;
    parent.append(element);
    return element;
  }

  function axes() {
    const floor = top + height();
    for (const value of data.yTicks) {
      add("line", { class: "grid", x1: left, x2: left + width(), y1: yOf(value), y2: yOf(value) });
      add("text", { x: left - 6, y: yOf(value) + 4, "text-anchor": "end" }, value);
    }
    const room = Math.max(1, Math.floor(width() / 40)), every = Math.ceil(data.xTicks.length / room);
    for (const x of data.xTicks.filter((_, number) => number % every === 0))
      add("text", { x: xOf(x), y: floor + 26, "text-anchor": "middle" }, x);
    add("text", { class: "axis", x: left + width() / 2, y: floor + 44, "text-anchor": "middle" }, data.xName);
    add("text", { class: "axis", x: 4, y: 12 }, data.yName);
  }

  // Exact frames as bands of one frame's width, reference frames as marks below them.
  function frames() {
    const half = width() / (data.last - data.first || 1) / 2, floor = top + height();
    const edge = (x) => Math.max(left, Math.min(x, left + width())).toFixed(1);
    const bands = (data.exact ?? []).map((x) => `M${edge(xOf(x) - half)} ${top}H${edge(xOf(x) + half)}V${floor}H${edge(xOf(x) - half)}z`);
    add("path", { class: "exact", d: bands.join("") });
    add("path", { class: "reference", d: (data.marks ?? []).map((x) => `M${xOf(x).toFixed(1)} ${floor + 2}v8`).join("") });
  }

  function curves() {
    for (const { key, colour, dash } of used()) {
      const points = data.lines[key], sparse = points.length < 13, dense = points.length > width();
      add("path", { class: dense ? "curve dense" : "curve", d: `M${points.map(place).join("L")}`, stroke: colour, "stroke-dasharray": dash });
      for (const point of sparse ? points : []) add("circle", { cx: xOf(point[0]), cy: yOf(point[1]), r: 3, fill: colour });
    }
  }

  // Names stand beside the ends of their lines, moved apart where they would meet; a thin line leads to each.
  function names() {
    const labels = used().map((method) => ({ ...method, end: data.lines[method.key].at(-1), parts: partsOf(method.name) }));
    labels.sort((one, other) => yOf(one.end[1]) - yOf(other.end[1]));
    let free = 6;
    for (const label of labels) {
      label.y = Math.max(yOf(label.end[1]), free);
      free = label.y + lineHeight * label.parts.length + gap;
    }
    let floor = top + height() + 30;
    for (const label of labels.toReversed()) {
      label.y = Math.min(label.y, floor - lineHeight * label.parts.length);
      floor = label.y - gap;
    }
    for (const { key, end, parts, y, colour } of labels) {
      const x = left + width() + 16;
      add("path", { class: "leader", d: `M${place(end)}L${x - 3} ${y.toFixed(1)}`, stroke: colour });
      const text = add("text", { class: "name", "data-method": key });
      parts.forEach((part, line) => add("tspan", { x, y: y + 4 + line * lineHeight }, part + (line + 1 < parts.length ? " " : ""), text));
    }
  }

  function mark(x) {
    shown = x;
    svg.querySelector(".cursor")?.remove();
    if (data) add("line", { class: "cursor", x1: xOf(x), x2: xOf(x), y1: top, y2: top + height() + 12 });
  }

  function draw() {
    svg.replaceChildren();
    if (!data || svg.clientWidth === 0) return;
    frames();
    axes();
    curves();
    names();
    if (shown !== null) mark(shown);
  }

  function point(event) {
    if (event.type === "pointermove" && !event.buttons) return;
    const x = event.clientX - svg.getBoundingClientRect().left;
    onPick(Math.round(data.first + ((x - left) / width()) * (data.last - data.first)));
  }

  function show(chosen) {
    data = chosen;
    svg.setAttribute("aria-label", `${data.yName}, by ${data.xName}: ${used().map(({ name }) => name).join(", ")}`);
    draw();
  }

  if (onPick) for (const kind of ["pointerdown", "pointermove"]) svg.addEventListener(kind, point);
  new ResizeObserver(draw).observe(svg);
  return { mark, show, xOf };
}
