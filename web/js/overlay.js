// Dialogs and drawers that the server fills, menus that close and can be walked, and help for older browsers.
import { $, $$ } from './dom.js';

function nameIt(dialog) {
  const heading = $('h2[id]', dialog);
  if (!heading) return;
  dialog.setAttribute('aria-labelledby', heading.id);
  dialog.removeAttribute('aria-label');
}

document.addEventListener('htmx:after:swap', ({ detail }) => {
  // Where the server led the answer elsewhere, the target is still its selector.
  const given = detail.ctx?.target;
  const target = typeof given === 'string' ? $(given) : given;
  if (!(target instanceof HTMLDialogElement) || !target.children.length) return;
  $$(':popover-open:not(#toasts)').forEach((open) => open.hidePopover());
  nameIt(target);
  if (!target.open) target.showModal();
  const wrong = $('[aria-invalid=true]:not([type=hidden])', target) ?? $('[role=alert]', target);
  const first = $('input:not([type=hidden], [type=checkbox]), select, textarea', target);
  const step = target.contains(document.activeElement) ? null : $('[data-step=j]', target);
  (wrong?.matches('[tabindex], input, select, textarea') ? wrong : first ?? step)?.focus();
});

// Sheets that are seldom opened wait in a template, so that a page does not carry them.
export function open(dialog) {
  const waiting = $(':scope > template', dialog);
  if (waiting) waiting.replaceWith(waiting.content);
  if (!dialog.open) dialog.showModal();
}

document.addEventListener('close-dialog', () => $$('dialog[open]').forEach((dialog) => dialog.close()));

// Filled dialogs are emptied when closed, so that ids never stand twice.
for (const dialog of $$('#dialog, #drawer')) {
  dialog.addEventListener('close', () => dialog.replaceChildren());
}

// A click on the backdrop closes what holds no half-typed form.
document.addEventListener('mousedown', ({ target }) => {
  if (target instanceof HTMLDialogElement && target.open && !$('form[data-dirty]', target)) target.close();
});

// A filter form inside a menu or dialog closes it once its answer has come.
document.addEventListener('htmx:before:swap', ({ detail }) => {
  const form = detail.ctx?.sourceElement;
  if (!form?.matches?.('[data-closes]') || (detail.ctx.response?.status ?? 200) >= 400) return;
  form.closest('dialog')?.close();
  $$('.menu:popover-open').forEach((menu) => menu.hidePopover());
});

document.addEventListener('click', ({ target }) => {
  const opener = target.closest('[data-open]');
  const dialog = opener && document.getElementById(opener.dataset.open);
  if (dialog) open(dialog);
  const entry = target.closest('.menu a, .menu button');
  const stays = entry?.matches('[role=radio], [popovertarget], [hx-target^="#filter-"]') || entry?.closest('form.filter-form');
  if (entry && !stays) entry.closest('.menu').hidePopover();
});

document.addEventListener('keydown', (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const menu = step && event.target.closest?.('.menu:popover-open');
  if (!menu || event.target.matches('input, select')) return;
  const entries = $$('a, button', menu).filter((one) => !one.disabled);
  const next = (entries.indexOf(document.activeElement) + step + entries.length) % entries.length;
  event.preventDefault();
  entries[next].focus();
});

// The arrow down on an opened menu's button walks into it.
document.addEventListener('keydown', (event) => {
  const opener = event.key === 'ArrowDown' && event.target.closest?.('[popovertarget]');
  const menu = opener && document.getElementById(opener.getAttribute('popovertarget'));
  if (!menu || !menu.matches('.menu')) return;
  event.preventDefault();
  if (!menu.matches(':popover-open')) opener.click();
  $('a, button, input, select', menu)?.focus();
});

export function place(box, anchor) {
  if (CSS.supports('position-area', 'block-end')) return;
  const { left, bottom } = anchor.getBoundingClientRect();
  Object.assign(box.style, { left: `${Math.min(left, innerWidth - box.offsetWidth - 8)}px`, top: `${bottom + 4}px` });
}

document.addEventListener('toggle', ({ target, newState }) => {
  if (newState !== 'open' || !target.matches?.('.menu')) return;
  const opener = $(`[popovertarget="${target.id}"]`);
  if (opener) place(target, opener);
}, true);
