// The demonstration shop: draws lists that GraphQL gives, sends what the person does, and draws the lists again.
import { ask } from "./graphql.js";
import { drawList, failList, picture, price } from "./cards.js";
import { watchCalls } from "./developer.js";
import { become, chosenShopper, token } from "./shopper.js";
import { watchTraining } from "./training.js";

const page = JSON.parse(document.getElementById("page").textContent);
const FIRST = 10;

const LIST = `id basis note
    items {
      rank
      reason { code text }
      item { sku title price currency imageUrl brand category { name } }
    }`;
const RECOMMENDATIONS = `query Recommendations($first: Int!, $placement: String) {
  recommendations(first: $first, placement: $placement) {
    ${LIST}
  }
}`;
const SIMILAR = `query SimilarItems($item: ItemRef!, $first: Int!) {
  similarItems(item: $item, first: $first) {
    ${LIST}
  }
}`;
const TRENDING = `query Trending($first: Int!) {
  trending(first: $first) {
    ${LIST}
  }
}`;
const TRACK = `mutation TrackEvents($events: [EventInput!]!) {
  trackEvents(events: $events) {
    results { id status message }
  }
}`;

const DONE = { view: "viewed", add_to_cart: "put in the cart", purchase: "bought" };

/** One section of the page: asks, draws, and forgets answers that a newer question has overtaken. */
class List {
  constructor(id, field, query, variables, reasons = true) {
    Object.assign(this, { field, query, variables, reasons, section: document.getElementById(id), turn: 0 });
  }

  /** Ask and draw. After something was done, `mark` shows which items are new. */
  async refresh({ mark = false } = {}) {
    if (!this.section) return null;
    const turn = ++this.turn;
    this.section.setAttribute("aria-busy", "true");
    try {
      const { data, took } = await ask(this.query, this.variables(), await token(page));
      if (turn !== this.turn) return null;
      const changed = drawList(this.section, data[this.field], { took, hrefOf, onDo: record, reasons: this.reasons, mark });
      return { ...changed, took, note: data[this.field].note, basis: data[this.field].basis };
    } catch (problem) {
      if (turn === this.turn) failList(this.section, problem, () => this.refresh());
      return null;
    } finally {
      if (turn === this.turn) this.section.removeAttribute("aria-busy");
    }
  }
}

const recommended = new List("recommended", "recommendations", RECOMMENDATIONS, () => ({
  first: page.item ? 5 : FIRST,
  placement: page.item ? "storefront product" : "storefront home",
}));
const trending = new List("trending", "trending", TRENDING, () => ({ first: 5 }), false);
const similar = new List("similar", "similarItems", SIMILAR, () => ({ item: { sku: page.item.sku }, first: 5 }));

function hrefOf(item) {
  return page.productUrl.replace("SKU", item.sku.split("/").map(encodeURIComponent).join("/"));
}

function tell(text) {
  const told = document.getElementById("told");
  told.textContent = text;
  told.classList.remove("shown");
  requestAnimationFrame(() => told.classList.add("shown"));
}

/** Send one event, then ask again: what was just done must show without any training. */
async function record(kind, item) {
  const event = { id: crypto.randomUUID(), kind, item: item.sku, occurredAt: new Date().toISOString() };
  if (kind === "purchase") event.value = 1;
  try {
    const { data } = await ask(TRACK, { events: [event] }, await token(page));
    const [result] = data.trackEvents.results;
    if (!["STORED", "ALREADY_STORED"].includes(result.status)) throw new Error(result.message);
  } catch (problem) {
    tell(`That could not be stored: ${problem.message}`);
    return null;
  }
  const [answer] = await Promise.all([recommended.refresh({ mark: true }), similar.refresh({ mark: true })]);
  if (answer) tell(`${item.title}: ${DONE[kind]}. ${effectOf(answer)}`);
  return answer;
}

function effectOf({ first, fresh, total, took }) {
  if (first) return "The lists below know it already.";
  const effect = fresh === 0 ? "the list keeps its items" : `${fresh} of ${total} recommendations are new`;
  return `Asked again at once: ${effect} (${took} ms).`;
}

function drawProduct() {
  const holder = document.getElementById("product-picture");
  if (!holder) return;
  const { image, title, sku, shelf } = holder.dataset;
  holder.replaceChildren(picture({ imageUrl: image, title, sku, category: { name: shelf } }));
  const amount = document.getElementById("product-price");
  if (amount) amount.textContent = price({ price: amount.dataset.price, currency: amount.dataset.currency });
  const actions = document.getElementById("product-actions");
  for (const [kind, label, look] of [["purchase", "Buy now", "strong"], ["add_to_cart", "Add to cart", ""]]) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = look;
    button.textContent = label;
    button.addEventListener("click", () => record(kind, page.item));
    actions.append(button);
  }
}

function greet() {
  const person = chosenShopper(page);
  const title = document.getElementById("recommended-title");
  title.textContent = person ? `Recommended for ${person.short}` : "Recommended for you";
}

async function refreshAll() {
  const [answer] = await Promise.all([recommended.refresh(), similar.refresh()]);
  return answer;
}

function offerPeople() {
  const current = chosenShopper(page);
  for (const radio of document.querySelectorAll("input[name=shopper]")) {
    const name = radio.closest("label").querySelector("b").textContent;
    radio.checked = radio.value === (current ? current.id : "");
    radio.addEventListener("change", async () => {
      become(radio.value);
      greet();
      tell(radio.value ? `You shop as ${name} now.` : "You are an anonymous visitor now.");
      await Promise.all([refreshAll(), identify()]);
    });
  }
}

/** The snippet counts how long each page is looked at; a blocker may have kept it out. */
async function identify() {
  try {
    window.attune?.identify(await token(page));
  } catch {
    // Without a token there are no lists either, and they say so.
  }
}

async function start() {
  identify();
  watchCalls();
  drawProduct();
  offerPeople();
  greet();
  // Looking at a product's page is an event like any other; the lists are asked for once it is stored.
  const seen = page.item ? await record("view", page.item) : null;
  const [answer] = await Promise.all([seen ?? refreshAll(), trending.refresh()]);
  if (answer) watchTraining(page, answer, refreshAll);
}

start();
