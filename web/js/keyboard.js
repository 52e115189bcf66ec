// Keys that work anywhere: search, help, and the sequences that markup declares with data-keys ("g o", "n").
import { $, $$, isTyping, keysAreOn } from './dom.js';
import { open } from './overlay.js';

const PATIENCE = 900;
let typed = '';
let timer;

const visible = (element) => element.checkVisibility?.() ?? element.offsetParent !== null;

function run(keys) {
  const matching = $$('[data-keys]').filter((one) => one.dataset.keys === keys);
  const element = matching.find(visible) ?? matching[0];
  element?.click();
  return Boolean(element);
}

const begins = (keys) => $$('[data-keys]').some((one) => one.dataset.keys.startsWith(`${keys} `));

document.addEventListener('keydown', (event) => {
  const withControl = event.ctrlKey || event.metaKey;
  if (withControl && event.key.toLowerCase() === 'k' && $('#palette')) {
    // Nobody's password becomes a search.
    if (event.target.matches?.('input[type=password]')) return;
    event.preventDefault();
    if (!$('#palette').open) $('[data-act=palette]').click();
    return;
  }
  if (withControl && event.key === 'Enter') {
    const form = event.target.closest?.('form');
    if (form) { event.preventDefault(); form.requestSubmit($('.btn.primary[type=submit]', form) ?? undefined); }
    return;
  }
  if (withControl || event.altKey || isTyping(event.target) || $('dialog[open]')) return;

  if (event.key === '?') { open($('#keys')); return; }
  if (!keysAreOn()) return;
  if (event.key === '/') {
    event.preventDefault();
    const field = $('[data-search]');
    if (field) field.select();
    else $('[data-act=palette]')?.click();
    return;
  }
  if (event.key.length !== 1 || event.key === ' ') return;
  clearTimeout(timer);
  typed = `${typed} ${event.key.toLowerCase()}`.trim();
  if (run(typed)) { event.preventDefault(); typed = ''; return; }
  if (!begins(typed)) typed = begins(event.key.toLowerCase()) ? event.key.toLowerCase() : '';
  timer = setTimeout(() => { typed = ''; }, PATIENCE);
});
