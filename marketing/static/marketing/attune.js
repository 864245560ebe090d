/* Attune in the browser: docs/api.md, "Browser snippet". Without consent nothing is stored and nobody is named. */
(() => {
"use strict";
const script = document.currentScript, set = script.dataset, base = new URL(script.src).origin;
const KEY = "attune", SIZE = 20, BOUND = 500, ids = new Set();
let agreed = false, told, customer = set.token || "", visit = null, page = null, since = 0;
let queue = [], timer = 0, failures = 0, sending = false, gone = false;

function stored() {
  try { return JSON.parse(localStorage[KEY]); } catch { return {}; }
}
/** What other pages left there stays. */
function store() {
  const text = JSON.stringify({ visit, rows: [...foreign(), ...(gone ? queue : [])].slice(-BOUND) });
  try { if (agreed) localStorage[KEY] = text; } catch { /* memory serves */ }
}
const foreign = () => (stored().rows || []).filter(({ event }) => !ids.has(event.id));

// A row says who did it: "" is nobody, "v" this browser's visitor, else "c" and the customer's id.
const who = () => (agreed ? (customer ? `c${subject()}` : "v") : "");
const names = () => new Set([...queue.map((row) => row.who), ...(visit ? [] : [who()])]);
const rowsOf = (name) => queue.filter((row) => row.who === name);
/** null for nobody, undefined while there is none. A login ends a visit. */
const tokenOf = (name) => (!name ? null : name === "v" ? (visit?.to ? undefined : visit?.token) : name === who() ? customer : undefined);
function subject() {
  try { return JSON.parse(atob(customer.split(".")[1].replace(/-/g, "+").replace(/_/g, "/"))).sub; } catch { return ""; }
}
const make = (kind, { item, value, payload } = {}) => ({
  id: crypto.randomUUID?.() ?? `${crypto.getRandomValues(new Uint32Array(4))}`,
  kind, occurredAt: new Date(), item, value, payload, context: { url: location.origin + location.pathname },
});
function add(event, name = who()) {
  ids.add(event.id);
  queue = [...queue, { who: name, event }].slice(-BOUND);
  queue.length < SIZE || failures ? plan(2e3) : flush();
  return event.id;
}
function plan(wait) { timer ||= setTimeout(flush, wait); }

// Plain text without cookies needs no question to another site first.
const post = (path, body) => fetch(base + path, { method: "POST", body, credentials: "omit" });
const bodyOf = (name, rows) => JSON.stringify({
  token: tokenOf(name), visitor: name[0] === "c" && !visit?.to ? visit?.token : undefined, consent: name ? told : undefined,
  sentAt: new Date(), events: rows.map((row) => row.event),
});
async function flush() {
  clearTimeout(timer);
  timer = 0;
  if (sending) return;
  sending = true;
  try {
    for (const name of names()) await send(name);
  } catch {
    plan(Math.min(6e4, 1e3 * 2 ** failures++) * (0.8 + Math.random() * 0.4));
  }
  sending = false;
}
async function send(name) {
  if (name === "v" && !(tokenOf(name) && Date.parse(visit.expiresAt) > Date.now() + 6e4)) {
    const answer = await post("/api/visitors");
    if (!answer.ok) throw answer.status;
    visit = await answer.json();
    store();
  }
  for (let rows; tokenOf(name) !== undefined && (rows = rowsOf(name).slice(0, SIZE)).length;) {
    const { ok, status } = await post("/api/beacon", bodyOf(name, rows));
    if (status === 401) name === "v" ? (visit = null) : (customer = "");
    if (status === 401 || status === 429 || status > 499) throw status;
    queue = queue.filter((row) => !rows.includes(row)); // what is refused too: it would be for ever
    if (ok && visit && name[0] === "c" && !rowsOf("v")[0]) visit.to = name; // it is hers now
    store();
    failures = 0;
  }
}
const beacon = (body) => navigator.sendBeacon(`${base}/api/beacon`, body);
/** Whether it arrives isn't told, so all stays queued and goes again, with the same ids. */
function sendBlindly() {
  for (const name of names()) {
    const rows = tokenOf(name) === undefined ? [] : rowsOf(name);
    for (let at = 0; at < rows.length; at += SIZE) beacon(bodyOf(name, rows.slice(at, at + SIZE)));
  }
}

// One view a page, sent when it is left, with the seconds that it was looked at.
function view(item) {
  close();
  page = make(item ? "view" : "page_view", { item });
  since = document.hidden ? 0 : performance.now();
}
function close() {
  if (page && since) add({ ...page, value: Math.min(86400, Math.round((performance.now() - since) / 100) / 10) });
  page = null;
}
function leave() {
  if (gone) return;
  close();
  sendBlindly();
  gone = true;
  store();
}
function back() {
  since ||= performance.now();
  if (gone) resume();
}
/** Take over what an earlier page could not hand in. */
function resume() {
  gone = false;
  if (agreed) {
    visit = stored().visit || visit;
    for (const row of foreign()) add(row.event, row.who);
  }
  store();
  flush();
}
function agree(yes) {
  const token = customer || visit?.token;
  if (yes === agreed) return;
  agreed = yes;
  if (yes) return resume();
  if (token) beacon(JSON.stringify({ token, consent: false, events: [] }));
  visit = null;
  queue = rowsOf("");
  try { localStorage.removeItem(KEY); } catch { /* nothing is there */ }
}

window.attune = {
  track: (kind, fields) => add(make(kind, fields)),
  view,
  consent(yes) {
    told = yes || undefined;
    agree(yes);
  },
  identify(token) {
    if (customer) sendBlindly();
    customer = token || "";
    queue = queue.filter((row) => row.who[0] !== "c" || row.who === who());
    flush();
  },
};
addEventListener("online", () => { failures = 0; flush(); });
addEventListener("pagehide", leave);
addEventListener("pageshow", ({ persisted }) => { if (persisted) { view(set.item); back(); } });
document.addEventListener("visibilitychange", () => (document.hidden ? leave() : back()));
document.addEventListener("click", ({ target }) => {
  const { attuneItem: item, attuneKind: kind = "click" } = target.closest?.("[data-attune-item]")?.dataset ?? {};
  if (item) add(make(kind, { item }));
}, true);
// The browser's signal counts more than the page's default, less than what the visitor said.
if (stored().rows || (set.consent === "granted" && !navigator.globalPrivacyControl)) agree(true);
if (set.view !== "off") view(set.item);
})();
