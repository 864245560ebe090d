// Who shops: a customer whose token the shop's server mints, or a visitor who gets one from the public API.
import { ask } from "./graphql.js";

const CHOICE = "attune-shopper";
const tokens = new Map();
const START_VISIT = `mutation StartVisit {
  startVisit { visitor token expiresAt }
}`;

/** The chosen customer, or null for a visitor. Whoever comes first shops as the first customer. */
export function chosenShopper(page) {
  const id = sessionStorage.getItem(CHOICE);
  if (id === null) return page.shoppers[0] ?? null;
  return page.shoppers.find((person) => person.id === id) ?? null;
}

export function become(id) {
  sessionStorage.setItem(CHOICE, id);
}

/** The bearer token of the chosen shopper, renewed a minute before it ends. */
export async function token(page) {
  const person = chosenShopper(page);
  const key = person ? person.id : "";
  // The promise is kept, so that lists that ask at the same moment wait for one token.
  const kept = await (tokens.get(key) ?? (person ? null : JSON.parse(sessionStorage.getItem("attune-visit"))));
  if (kept && Date.parse(kept.expiresAt) - Date.now() > 60_000) return kept.token;
  const signing = person ? mint(page, person) : visit();
  tokens.set(key, signing);
  try {
    return (await signing).token;
  } catch (problem) {
    tokens.delete(key);
    throw problem;
  }
}

async function mint(page, person) {
  const response = await fetch(page.sessionUrl, {
    method: "POST",
    headers: { "X-CSRFToken": page.csrfToken },
    body: new URLSearchParams({ customer: person.id }),
  });
  if (!response.ok) throw new Error(`The shop gave no token for ${person.name}.`);
  return response.json();
}

async function visit() {
  const { data } = await ask(START_VISIT, {}, null);
  sessionStorage.setItem("attune-visit", JSON.stringify(data.startVisit));
  return data.startVisit;
}
