// Draws lists of items. Whatever comes from the shop goes in as text, never as markup.

const TILES = 8;
const ACTIONS = [
  ["view", "View"],
  ["add_to_cart", "To cart"],
  ["purchase", "Buy"],
];

/** Draw a list into its section. `mark` shows which items came in; gives {fresh, total, first}: was it empty before? */
export function drawList(section, list, { took, hrefOf, onDo, reasons = true, mark = false }) {
  const cards = section.querySelector(".cards");
  const before = new Map([...cards.children].map((card) => [card.dataset.sku, card]));
  const places = new Map([...before].map(([sku, card]) => [sku, card.getBoundingClientRect()]));
  const focused = cards.contains(document.activeElement) ? document.activeElement.dataset.act : null;
  let fresh = 0;
  const drawn = list.items.map(({ item, reason }) => {
    const card = cardOf(item, reasons ? reason : null, { href: hrefOf(item), onDo });
    if (before.size && !before.has(item.sku)) {
      if (mark) card.classList.add("fresh");
      fresh += 1;
    }
    return card;
  });
  cards.replaceChildren(...drawn);
  glide(drawn, places);
  if (focused) keepFocus(cards, focused);
  note(section, list.items.length ? list.note : list.note || "Nothing to show yet.");
  section.querySelector(".took").textContent = `${took} ms`;
  return { fresh, total: drawn.length, first: before.size === 0 };
}

export function failList(section, problem, again) {
  note(section, `${problem.message} `);
  const button = document.createElement("button");
  button.type = "button";
  button.className = "plain";
  button.textContent = "Try again";
  button.addEventListener("click", again);
  section.querySelector(".list-note").append(button);
}

/** The item's picture, or a tile with its title set large. */
export function picture(item) {
  if (!item.imageUrl) return tile(item);
  const image = document.createElement("img");
  image.src = item.imageUrl;
  image.alt = "";
  image.loading = "lazy";
  image.decoding = "async";
  image.referrerPolicy = "no-referrer";
  image.addEventListener("error", () => image.replaceWith(tile(item)), { once: true });
  return image;
}

export function price(item) {
  if (item.price === null || item.price === undefined) return "";
  const amount = Number(item.price);
  try {
    return new Intl.NumberFormat(undefined, { style: "currency", currency: item.currency }).format(amount);
  } catch {
    return `${amount.toFixed(2)} ${item.currency}`; // a currency that the browser doesn't know
  }
}

function cardOf(item, reason, { href, onDo }) {
  const card = element("li", "card");
  card.dataset.sku = item.sku;
  const link = element("a", "card-link");
  link.href = href;
  const frame = element("div", "card-picture");
  frame.append(picture(item));
  link.append(frame, element("span", "card-title", item.title));
  card.append(link);
  const amount = price(item);
  if (amount) card.append(element("p", "card-price", amount));
  if (reason) card.append(element("p", "card-reason", reason.text));
  const actions = element("div", "card-actions");
  for (const [kind, label] of ACTIONS) {
    const button = element("button", "", label);
    button.type = "button";
    button.dataset.act = kind;
    button.setAttribute("aria-label", `${label}: ${item.title}`);
    button.addEventListener("click", () => onDo(kind, item));
    actions.append(button);
  }
  card.append(actions);
  return card;
}

function tile(item) {
  const box = element("div", `tile tile-${hash(item.sku) % TILES}`);
  const words = item.title.replace(/\s*\(\d{4}\)$/, "");
  const year = /\((\d{4})\)$/.exec(item.title);
  const title = element("span", words.length > 28 ? "tile-title long" : "tile-title", words);
  box.setAttribute("aria-hidden", "true");
  box.append(title, element("span", "tile-foot", year ? year[1] : item.category?.name || item.brand || ""));
  return box;
}

/** Cards that were already there move from their old place; the eye follows what changed. */
function glide(cards, places) {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  for (const card of cards) {
    const old = places.get(card.dataset.sku);
    if (!old) continue;
    const now = card.getBoundingClientRect();
    const [x, y] = [old.left - now.left, old.top - now.top];
    if (x || y) card.animate([{ transform: `translate(${x}px, ${y}px)` }, { transform: "none" }], { duration: 350, easing: "ease-out" });
  }
}

/** The card under somebody's finger may be gone: the same button of the first card takes the focus. */
function keepFocus(cards, act) {
  cards.querySelector(`[data-act="${act}"]`)?.focus({ preventScroll: true });
}

function note(section, text) {
  const holder = section.querySelector(".list-note");
  holder.textContent = text;
  holder.hidden = !text;
}

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function hash(text) {
  let value = 2166136261;
  for (const sign of text) value = Math.imul(value ^ sign.codePointAt(0), 16777619);
  value = Math.imul(value ^ (value >>> 15), 2246822507);
  return (value ^ (value >>> 13)) >>> 0;
}
