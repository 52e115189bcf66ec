// Rows: walking, selecting (a range, a page, all that match), bulk commands, peeking and editing in place.
import { $, $$, isPlain, isTyping, keysAreOn, locale } from './dom.js';
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

// The pencils are walked over: a row is entered at its link, a peek at its next neighbour.
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
  if (!keysAreOn()) return;
  const run = keys[event.key.toLowerCase()];
  const aside = isPlain(event) && !isTyping(event.target) && $(`#drawer[open] [data-step=${CSS.escape(event.key.toLowerCase())}]`);
  // Not by a click: a key may come before what was just swapped in listens to one.
  if (aside) { into('#drawer', aside.getAttribute('hx-get')); return; }
  if (!run || !isPlain(event) || isTyping(event.target) || $('dialog[open]') || !rows().length) return;
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

// A cell that is edited in its place: leaving it saves, Tab goes on to its neighbour, Esc brings back what
// stood there; the focus never gets lost.
const stood = new WeakMap();
const cellOf = (element) => element?.closest?.('td, dd, [data-cell]');

document.addEventListener('htmx:before:request', ({ detail }) => {
  const edit = detail.ctx.sourceElement?.closest?.('ui-edit');
  if (edit && $('.editable', edit)) stood.set(cellOf(edit), edit.outerHTML);
});
// Cells whose answer is on its way, with what stands there until it comes: several may be at once.
const awaited = new Map();
const began = new WeakMap();
const content = (form) => new URLSearchParams(new FormData(form)).toString();

document.addEventListener('htmx:before:swap', ({ detail }) => {
  const source = detail.ctx.sourceElement;
  if (!source?.matches?.('.editable, .editing')) return;
  // Who has gone on is only called back where something is wrong.
  const hasGone = source.matches('[data-left]') && (detail.ctx.response?.status ?? 200) < 400;
  if (!hasGone) awaited.set(cellOf(source), source.closest('ui-edit'));
});
document.addEventListener('htmx:after:settle', () => {
  for (const [cell, old] of awaited) {
    if ($('ui-edit', cell) === old) continue;
    awaited.delete(cell);
    const wrong = $('.editing + .error')?.closest('ui-edit');
    if (wrong && !cell.contains(wrong) && $('.editing', cell)) {
      // First what is wrong, then the next cell.
      putBack($('ui-edit', cell));
      $('input:not([type=hidden]), select, textarea', wrong)?.focus();
      continue;
    }
    $('.editing :is(input:not([type=hidden]), select, textarea), .editable', cell)?.focus();
  }
});
document.addEventListener('focusin', ({ target }) => {
  const form = target.closest?.('.editing');
  if (form && !began.has(form)) began.set(form, content(form));
});

function putBack(edit) {
  const cell = cellOf(edit);
  if (!stood.has(cell)) return null;
  edit.outerHTML = stood.get(cell);
  htmx.process(cell);
  return $('.editable', cell);
}

function leave(form) {
  const isSame = began.get(form) === content(form);
  if (form.dataset.left || (isSame && form.matches(':has(+ .error)'))) return;
  form.dataset.left = '1';
  if (isSame) putBack(form.closest('ui-edit'));
  else {
    // What was wrong the last time says nothing about what is sent now.
    $('.error', form.parentNode)?.remove();
    form.requestSubmit();
  }
}

document.addEventListener('focusout', ({ target, relatedTarget }) => {
  const form = target.closest?.('.editing');
  if (!form || form.contains(relatedTarget) || !document.hasFocus()) return;
  // A list of choices or a question over the cell does not count as leaving it.
  setTimeout(() => { if (form.isConnected && !form.contains(document.activeElement) && !$('dialog[open]')) leave(form); });
});
document.addEventListener('keydown', (event) => {
  const form = event.target.closest('.editing');
  if (!form || event.defaultPrevented) return;
  const edit = form.closest('ui-edit');
  if (event.key === 'Escape') {
    event.preventDefault();
    form.dataset.left = '1';
    putBack(edit)?.focus();
  } else if (event.key === 'Tab') {
    const all = $$('ui-edit', form.closest('tr, dl, .kcard'));
    const next = all[all.indexOf(edit) + (event.shiftKey ? -1 : 1)];
    event.preventDefault();
    leave(form);
    (next && $('.editable', next))?.click();
  }
});
