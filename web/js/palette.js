// Search or jump to: the page's own entries answer at once, the server's a moment later.
import { $, $$, post } from './dom.js';
import { act } from './acts.js';
import { into } from './request.js';
import { say } from './toasts.js';

const dialog = $('#palette');
const input = $('#palette-q');
let at = 0;

const shown = () => $$('[role=option]', dialog).filter((option) => !option.hidden);

function mark(index) {
  const options = shown();
  at = options.length ? (index + options.length) % options.length : 0;
  $$('[role=option]', dialog).forEach((option) => option.setAttribute('aria-selected', 'false'));
  const chosen = options[at];
  chosen?.setAttribute('aria-selected', 'true');
  chosen?.scrollIntoView({ block: 'nearest' });
  input.setAttribute('aria-activedescendant', chosen?.id ?? '');
  $('#palette-none').hidden = options.length > 0;
}

// A page whose name begins with what is typed is meant more likely than a record that holds it somewhere.
function sort(wanted, options) {
  const [found, own] = ['#palette-found', '#palette-own'].map((name) => $(name));
  const begins = (option) => !option.hidden && $('.grow', option).textContent.toLowerCase().startsWith(wanted);
  (wanted && options.some(begins) ? found.before(own) : own.before(found));
}

function narrow() {
  const wanted = input.value.trim().toLowerCase();
  const options = $$('#palette-own [role=option]');
  options.forEach((option) => {
    option.hidden = wanted !== '' && !option.textContent.toLowerCase().includes(wanted);
  });
  sort(wanted, options);
  $$('#palette-own .grp').forEach((heading) => {
    let next = heading.nextElementSibling;
    let any = false;
    for (; next && !next.matches('.grp'); next = next.nextElementSibling) any ||= !next.hidden;
    heading.hidden = !any;
  });
  if (!wanted) $('#palette-found').replaceChildren();
  mark(0);
}

async function choose(option) {
  if (!option) return;
  const { href, method } = option.dataset;
  dialog.close();
  if (method === 'dialog') into('#dialog', href);
  else if (method === 'post') {
    const answer = await post(href);
    say(answer);
    if (answer.next) location.href = answer.next;
  } else location.href = href;
}

if (dialog) {
  act('palette', () => {
    const waiting = $('#palette-entries');
    if (waiting) { $('#palette-own').append(waiting.content); waiting.remove(); }
    dialog.showModal();
    input.value = '';
    narrow();
    input.focus();
    input.dispatchEvent(new Event('opened'));
  });
  input.addEventListener('input', narrow);
  dialog.addEventListener('htmx:after:swap', () => mark(0));
  dialog.addEventListener('click', ({ target }) => {
    if (target === dialog) dialog.close();
    choose(target.closest('[role=option]'));
  });
  dialog.addEventListener('mousemove', ({ target }) => {
    const index = shown().indexOf(target.closest('[role=option]'));
    if (index >= 0 && index !== at) mark(index);
  });
  dialog.addEventListener('keydown', (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) { event.preventDefault(); mark(at + step); }
    if (event.key === 'Enter') { event.preventDefault(); choose(shown()[at]); }
  });
}
