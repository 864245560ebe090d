// The developer's panel: the calls that this page made, as they went over the wire.
import { onCall } from "./graphql.js";

const part = (id) => document.getElementById(id);
const SHOWN = 8;

export function watchCalls() {
  part("developer-toggle").addEventListener("click", () => open(part("developer").hidden));
  part("developer-close").addEventListener("click", () => open(false, true));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !part("developer").hidden) open(false, true);
  });
  onCall(add);
  if (sessionStorage.getItem("attune-developer") === "open") open(true);
}

function open(yes, back = false) {
  part("developer").hidden = !yes;
  part("developer-toggle").setAttribute("aria-expanded", String(yes));
  document.body.classList.toggle("with-developer", yes);
  sessionStorage.setItem("attune-developer", yes ? "open" : "closed");
  if (back) part("developer-toggle").focus();
}

function add(call) {
  const button = document.createElement("button");
  button.type = "button";
  const name = /^(?:query|mutation)\s+(\w+)/.exec(call.query);
  const label = document.createElement("span");
  label.textContent = name ? name[1] : "query";
  const took = document.createElement("small");
  took.textContent = `${call.took} ms`;
  button.append(label, took);
  button.addEventListener("click", () => show(call, button));
  part("calls").prepend(button);
  while (part("calls").children.length > SHOWN) part("calls").lastElementChild.remove();
  show(call, button);
}

function show(call, button) {
  for (const other of part("calls").children) other.setAttribute("aria-pressed", String(other === button));
  const bearer = call.token ? `Authorization: Bearer ${call.token.slice(0, 12)}…\n\n` : "";
  const variables = Object.keys(call.variables).length ? `\n\n${JSON.stringify(call.variables, null, 2)}` : "";
  part("call-request").textContent = `${bearer}${call.query}${variables}`;
  part("call-took").textContent = `${call.status}, ${call.took} ms`;
  part("call-answer").textContent = JSON.stringify(call.answer, null, 2);
}
