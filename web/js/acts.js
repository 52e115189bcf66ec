// One listener for the page-wide verbs: markup says data-act, modules say what it means.
import { $, $$, setCookie } from './dom.js';

const acts = {};
export const act = (name, run) => { acts[name] = run; };

document.addEventListener('click', (event) => {
  const disabled = event.target.closest('[aria-disabled="true"]');
  if (disabled?.matches('.btn')) event.preventDefault();
  const element = event.target.closest('[data-act]');
  if (element) acts[element.dataset.act]?.(element, event);
});

const root = document.documentElement;
const isDark = () => {
  const scheme = getComputedStyle(root).colorScheme;
  return scheme === 'dark' || (scheme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
};

function tick(name, value) {
  $$(`[data-act="${name}"][role=radio]`).forEach((one) => one.setAttribute('aria-checked', one.dataset.value === value));
}

act('theme', ({ dataset }) => {
  const theme = dataset.value ?? (isDark() ? 'light' : 'dark');
  if (theme === 'system') delete root.dataset.theme;
  else root.dataset.theme = theme;
  setCookie('theme', theme === 'system' ? '' : theme);
  tick('theme', theme);
});

act('density', ({ dataset }) => {
  root.dataset.density = dataset.value;
  setCookie('density', dataset.value);
  tick('density', dataset.value);
  // A saved view that says its own no longer does: what is chosen by hand is kept with the next view.
  const here = new URL(location.href);
  if (!here.searchParams.has('density')) return;
  here.searchParams.delete('density');
  location.replace(here);
});

act('letters', (element) => {
  const isOff = !element.checked;
  if (isOff) root.dataset.letters = 'off';
  else delete root.dataset.letters;
  setCookie('letters', isOff ? 'off' : '');
});

act('close', (element) => (element.closest('dialog') ?? element.closest('[popover]'))?.[element.closest('dialog') ? 'close' : 'hidePopover']());
// What was written down and stands in the timeline now is no longer in the box.
document.addEventListener('htmx:after:swap', ({ detail }) => {
  const form = detail.ctx?.sourceElement;
  if (form?.matches?.('.composer')) form.reset();
});
act('kind', ({ form, dataset }) => {
  form.elements.kind.value = dataset.value;
  $$('[data-act=kind]', form).forEach((one) => one.setAttribute('aria-pressed', one.dataset.value === dataset.value));
  $('textarea', form).focus();
});
