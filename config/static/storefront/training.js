// While no model is deployed: say how training goes, and refresh the lists when the first one serves.
const PERIOD = 2000;
let watching = false;

const PHASES = {
  queued: "A training run waits for a worker.",
  failed: "The last training run failed; the admin says why.",
  parked: "The last training run was parked after several attempts; the admin says why.",
  held: "The last candidate was held back by the gate; the admin says why.",
  cancelled: "The last training run was cancelled.",
};

/** Look whether a model serves; when none does, watch until one does and call `served`. */
export async function watchTraining(page, answer, served) {
  if (watching || answer.basis === "PERSONAL") return;
  watching = true;
  let waited = false;
  try {
    for (;;) {
      const response = await fetch(page.trainingUrl, { headers: { Accept: "application/json" } });
      if (!response.ok) break;
      const { serving, run } = await response.json();
      if (serving) break;
      show(run);
      waited = true;
      await pause();
    }
  } catch {
    // The server went away: the lists say so themselves when they are asked again.
  }
  watching = false;
  document.getElementById("waiting").hidden = true;
  if (waited) await served();
}

function pause() {
  return new Promise((resolve) => {
    if (document.hidden) document.addEventListener("visibilitychange", resolve, { once: true });
    else setTimeout(resolve, PERIOD);
  });
}

function show(run) {
  const panel = document.getElementById("waiting");
  panel.hidden = false;
  const bar = document.getElementById("waiting-bar");
  const percent = run && run.status === "running" ? run.percent : 0;
  bar.style.width = `${percent}%`;
  bar.parentElement.setAttribute("aria-valuenow", percent);
  const phase = run ? PHASES[run.status] ?? `Training: ${run.stage || "starting"}, ${percent}%.` : "No training run was asked for yet.";
  const text = `${phase} Until a first model is deployed, everybody sees what is trending.`;
  const holder = document.getElementById("waiting-text");
  if (holder.textContent !== text) holder.textContent = text;
}
