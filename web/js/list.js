// Rows: walking, selecting (a range, a page, all that match), bulk commands, peeking and editing in place.
import { $, $$, isTyping, locale } from './dom.js';
import { act } from './acts.js';
import { htmx, into } from './request.js';

let everything = false;
let lastPicked = null;

const rows = () => $$('#rows > tr[data-id]');
const picks = () => $$('#rows .pick');
const chosen = () => picks().filter((pick) => pick.checked);

function paint() {
  const bar = $('ui-bulk');
  if (!bar) return;
  const count = chosen().length;
  const all = $('[data-act=pick-all]');
  const words = $('[data-count]', bar);
  if (!words) return;
  if (count < picks().length) everything = false;
  bar.hidden = !count;
  words.textContent = everything
    ? words.dataset.all
    : count === 1 ? words.dataset.one : words.dataset.many.replace('%', count.toLocaleString(locale()));
  if (all) {
    all.checked = count > 0 && count === picks().length;
    all.indeterminate = count > 0 && count < picks().length;
  }
  const more = $('[data-act=all-matching]', bar);
  if (more) more.hidden = everything || !all?.checked;
}

function pick(box, { range = false } = {}) {
  const boxes = picks();
  if (range && lastPicked && boxes.includes(lastPicked)) {
    const [from, to] = [boxes.indexOf(lastPicked), boxes.indexOf(box)].sort((a, b) => a - b);
    boxes.slice(from, to + 1).forEach((one) => { one.checked = box.checked; });
  }
  lastPicked = box;
  paint();
}

act('pick-all', (element) => { picks().forEach((one) => { one.checked = element.checked; }); paint(); });
act('all-matching', () => { everything = true; paint(); });
act('clear', () => { everything = false; picks().forEach((one) => { one.checked = false; }); paint(); });

document.addEventListener('click', (event) => {
  if (event.target.matches('.pick')) pick(event.target, { range: event.shiftKey });
  const button = event.target.closest('[data-bulk]');
  if (!button) return;
  const url = new URL(button.dataset.bulk, location.href);
  if (everything) {
    new URLSearchParams($('ui-bulk').dataset.query).forEach((value, name) => url.searchParams.append(name, value));
    url.searchParams.set('all', '1');
  } else {
    url.searchParams.set('ids', chosen().map((one) => one.value).join(','));
  }
  into('#dialog', url.pathname + url.search);
});

document.addEventListener('htmx:after:swap', paint);
window.addEventListener('pageshow', paint);

const here = () => rows().findIndex((row) => row.contains(document.activeElement));

const keys = {
  j: () => $('a, button.editable', rows()[Math.min(rows().length - 1, here() + 1)])?.focus(),
  k: () => $('a, button.editable', rows()[Math.max(0, here() - 1)])?.focus(),
  x: (row, event) => {
    const box = $('.pick', row);
    if (!box) return;
    box.checked = event.shiftKey ? true : !box.checked;
    pick(box, { range: event.shiftKey });
  },
  e: (row) => $('.editable', row)?.click(),
  ' ': (row, event) => {
    if (!row.dataset.peek || document.activeElement.matches('button, input')) return;
    event.preventDefault();
    into('#drawer', row.dataset.peek);
  },
};

document.addEventListener('keydown', (event) => {
  const run = keys[event.key.toLowerCase()];
  const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
  if (!run || !isPlain || isTyping(event.target) || $('dialog[open]') || !rows().length) return;
  const row = rows()[here()];
  if (row || event.key === 'j' || event.key === 'k') run(row, event);
});

// A table that fits its card may keep its head in sight; a wider one gets a window of its own.
const fit = new ResizeObserver((changes) => {
  for (const { target } of changes) {
    const wrap = target.parentElement;
    if (!wrap) continue;
    const fits = target.offsetWidth <= wrap.clientWidth + 1;
    wrap.classList.toggle('fits', fits);
    wrap.classList.toggle('wide', !fits);
  }
});
const watch = () => { const table = $('.list-card .table'); if (table) fit.observe(table); };
document.addEventListener('htmx:after:swap', watch);
watch();

// A cell that is edited in its place: Esc brings back what stood there; the focus never gets lost.
const stood = new WeakMap();
let place = null;
const cellOf = (element) => element?.closest?.('td, dd');

document.addEventListener('htmx:before:request', ({ detail }) => {
  const edit = detail.ctx.sourceElement?.closest?.('ui-edit');
  if (edit && $('.editable', edit)) stood.set(cellOf(edit), edit.outerHTML);
});
document.addEventListener('htmx:before:swap', ({ detail }) => {
  if (detail.ctx.sourceElement?.matches?.('.editable, .editing')) place = cellOf(detail.ctx.sourceElement);
});
document.addEventListener('htmx:after:settle', () => {
  if (place) $('.editing :is(input:not([type=hidden]), select, textarea), .editable', place)?.focus();
  place = null;
});
document.addEventListener('keydown', (event) => {
  const edit = event.key === 'Escape' && event.target.closest('.editing') ? event.target.closest('ui-edit') : null;
  const cell = cellOf(edit);
  if (!edit || !stood.has(cell)) return;
  event.preventDefault();
  edit.outerHTML = stood.get(cell);
  htmx.process(cell);
  $('.editable', cell).focus();
});
