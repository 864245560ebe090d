// Follows a training run on its own page: asks once a second while the run is active and the page is looked at.
(() => {
  "use strict";
  const PERIOD = 1000;
  const run = document.getElementById("run");
  if (!run) return;
  const part = (name) => document.getElementById(`run-${name}`);
  let failures = 0;

  function showMetrics(metrics) {
    const rows = metrics.map(([name, value]) => {
      const row = document.createElement("tr");
      const head = document.createElement("th");
      head.scope = "row";
      head.textContent = name;
      const cell = document.createElement("td");
      cell.textContent = value;
      row.append(head, cell);
      return row;
    });
    part("metrics").replaceChildren(...rows);
    part("no-metrics").hidden = rows.length > 0;
  }

  function showLog(text) {
    const log = part("log");
    if (log.textContent === text) return;
    const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 24;
    log.textContent = text;
    if (atEnd) log.scrollTop = log.scrollHeight;
  }

  function fill(percent) {
    part("fill").style.width = `${percent}%`;
    part("progress").setAttribute("aria-valuenow", percent);
  }

  function show(standing) {
    part("status").textContent = standing.status;
    part("status").dataset.colour = standing.colour;
    part("stage").textContent = standing.stage;
    part("attempts").textContent = standing.attempts;
    part("duration").textContent = standing.duration;
    if (part("verdict").textContent !== standing.verdict) part("verdict").textContent = standing.verdict;
    fill(standing.percent);
    showMetrics(standing.metrics);
    showLog(standing.log);
    run.dataset.active = String(standing.active);
  }

  async function ask() {
    try {
      const answer = await fetch(run.dataset.url, { headers: { Accept: "application/json" }, redirect: "error" });
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      show(await answer.json());
      failures = 0;
    } catch {
      failures += 1; // the server may be restarting: ask again, less often the longer it is silent
    }
    part("lost").hidden = failures === 0;
    follow();
  }

  function follow() {
    if (run.dataset.active !== "true") return;
    const wait = PERIOD * Math.min(1 + failures, 10);
    if (document.hidden) document.addEventListener("visibilitychange", ask, { once: true });
    else setTimeout(ask, wait);
  }

  fill(part("fill").dataset.percent);
  part("log").scrollTop = part("log").scrollHeight;
  follow();
})();
