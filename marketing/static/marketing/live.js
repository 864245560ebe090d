// The live panel of the home page: asks every five seconds while the page is looked at.
(() => {
  "use strict";
  const PERIOD = 5000;
  const [WIDTH, HEIGHT, GAP] = [720, 96, 4];
  const SVG = "http://www.w3.org/2000/svg";
  const panel = document.getElementById("live");
  if (!panel) return;
  const part = (name) => document.getElementById(`live-${name}`);
  const grouped = new Intl.NumberFormat("en");
  let failures = 0;

  function made(name, className, text) {
    const element = document.createElement(name);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  }

  /** One bar a minute; the current one, which still grows, is the last and looks so. */
  function draw(minutes) {
    const most = Math.max(1, ...minutes.map(({ count }) => count));
    const step = WIDTH / minutes.length;
    const bars = minutes.map(({ time, count }, place) => {
      const bar = document.createElementNS(SVG, "rect");
      const height = count ? Math.max(3, (HEIGHT * count) / most) : 1;
      const values = { x: place * step, y: HEIGHT - height, width: step - GAP, height, rx: 2 };
      for (const [name, value] of Object.entries(values)) bar.setAttribute(name, value);
      if (place === minutes.length - 1) bar.classList.add("attune-live-now");
      if (!count) bar.classList.add("attune-live-none");
      const title = document.createElementNS(SVG, "title");
      title.textContent = `${time}: ${grouped.format(count)}`;
      bar.append(title);
      return bar;
    });
    part("chart").replaceChildren(...bars);
    part("chart").setAttribute("aria-label", `Events per minute, ${minutes[0].time} to now, at most ${grouped.format(most)}`);
    part("from").textContent = minutes[0].time;
    part("most").textContent = `at most ${grouped.format(most)} a minute`;
  }

  function listKinds(kinds) {
    const most = Math.max(1, ...kinds.map(({ count }) => count));
    const rows = kinds.map(({ label, count }) => {
      const row = made("li");
      const track = made("span", "attune-live-track");
      const fill = made("span");
      fill.style.width = `${(100 * count) / most}%`;
      track.append(fill);
      row.append(made("span", "attune-line", label), track, made("b", "", grouped.format(count)));
      return row;
    });
    part("kinds").replaceChildren(...rows);
  }

  function listItems(items) {
    const rows = items.map(({ title, url, count }) => {
      const row = made("li");
      const link = made("a", "attune-line", title);
      link.href = url;
      row.append(link, made("b", "", grouped.format(count)));
      return row;
    });
    part("items").replaceChildren(...rows);
  }

  function show({ total, minutes, kinds, items }) {
    part("total").textContent = grouped.format(total);
    draw(minutes);
    listKinds(kinds);
    listItems(items);
    part("some").hidden = total === 0;
    part("none").hidden = total > 0;
    panel.removeAttribute("aria-busy");
  }

  async function ask() {
    try {
      const answer = await fetch(panel.dataset.url, { headers: { Accept: "application/json" }, redirect: "error" });
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      show(await answer.json());
      failures = 0;
    } catch {
      failures += 1; // the server may be restarting: ask again, less often the longer it is silent
    }
    panel.dataset.state = failures ? "lost" : "live";
    part("state").textContent = failures ? "No answer; asking again" : "Live";
    if (document.hidden) document.addEventListener("visibilitychange", ask, { once: true });
    else setTimeout(ask, PERIOD * Math.min(1 + failures, 12));
  }

  ask();
})();
