// Forms that do not lose work: a question before leaving, and a draft that survives a reload.
import { $, $$, later } from './dom.js';

const entries = (form) => [...new FormData(form)]
  .filter(([name, value]) => name !== 'csrfmiddlewaretoken' && typeof value === 'string');

const shape = (form) => JSON.stringify(entries(form));

const pickTexts = (form) => $$('ui-pick', form).map((pick) => [$('[data-value]', pick).name, $('[role=combobox]', pick).value]);

function grow(form, values) {
  for (const lines of $$('ui-lines[data-prefix]', form)) {
    const wanted = Number(values.find(([name]) => name === `${lines.dataset.prefix}-TOTAL_FORMS`)?.[1] ?? 0);
    while (lines.count && Number(lines.count.value) < wanted) lines.add();
  }
}

function fill(form, { values, texts }) {
  grow(form, values);
  const given = new Map();
  values.forEach(([name, value]) => given.set(name, [...(given.get(name) ?? []), value]));
  for (const control of form.elements) {
    if (!control.name || control.name === 'csrfmiddlewaretoken' || control.type === 'file') continue;
    const wanted = given.get(control.name) ?? [];
    if (['checkbox', 'radio'].includes(control.type)) control.checked = wanted.includes(control.value);
    else if (control.multiple) [...control.options].forEach((option) => { option.selected = wanted.includes(option.value); });
    else if (wanted.length) control.value = wanted[0];
    if (control.matches('[data-delete]') && control.value) control.closest('[data-row]').hidden = true;
  }
  const pickers = new Map($$('ui-pick', form).map((pick) => [$('[data-value]', pick).name, pick]));
  for (const [name, text] of texts) pickers.get(name)?.set($('[data-value]', pickers.get(name)).value, text);
  $$('ui-lines', form).forEach((lines) => lines.tidy());
}

function guard(form) {
  const key = form.dataset.draft && `draft:${form.dataset.draft}`;
  const state = $('[data-state]', form);
  const clean = shape(form);
  let leaving = false;

  const say = (text) => { if (state) state.textContent = text; };
  const isDirty = () => shape(form) !== clean;
  const keep = later(200, () => {
    if (key && !leaving) sessionStorage.setItem(key, JSON.stringify({ values: entries(form), texts: pickTexts(form) }));
  });
  const forget = () => { if (key) sessionStorage.removeItem(key); };

  const changed = () => {
    const dirty = isDirty();
    form.toggleAttribute('data-dirty', dirty);
    say(dirty ? state?.dataset.dirty : '');
    if (dirty) keep();
    else forget();
  };

  const saved = key && sessionStorage.getItem(key);
  const [visit] = performance.getEntriesByType('navigation');
  const wasSent = key && sessionStorage.getItem(`${key}:sent`) && visit?.type === 'navigate';
  if (key) sessionStorage.removeItem(`${key}:sent`);
  if (wasSent) forget();
  else if (saved && !$('#errors', form)) {
    fill(form, JSON.parse(saved));
    form.toggleAttribute('data-dirty', isDirty());
    if (isDirty()) say(state?.dataset.restored);
  }

  form.addEventListener('input', changed);
  form.addEventListener('change', changed);
  form.addEventListener('submit', () => {
    leaving = true;
    if (key) sessionStorage.setItem(`${key}:sent`, '1');
    $$('[type=submit]', form).forEach((button) => button.setAttribute('aria-busy', 'true'));
  });
  window.addEventListener('pageshow', () => {
    leaving = false;
    $$('[type=submit]', form).forEach((button) => button.removeAttribute('aria-busy'));
  });
  window.addEventListener('beforeunload', (event) => { if (!leaving && isDirty()) event.preventDefault(); });
  form.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.defaultPrevented || $(':popover-open:not(#toasts)') || $('dialog[open]')) return;
    location.href = form.dataset.cancel;
  });
  $('a[data-cancel]', form)?.addEventListener('click', () => { leaving = !isDirty(); });
  ($('[aria-invalid=true]:not([type=hidden])', form) ?? $('#errors', form))?.focus();
}

// After a save that led elsewhere, the draft has done its work.
export function guardForms() {
  const onPage = new Set($$('form[data-guard][data-draft]').map((form) => `draft:${form.dataset.draft}`));
  for (const key of Object.keys(sessionStorage)) {
    const draft = key.replace(/:sent$/, '');
    if (key.endsWith(':sent') && !onPage.has(draft)) {
      sessionStorage.removeItem(draft);
      sessionStorage.removeItem(key);
    }
  }
  $$('form[data-guard]').forEach(guard);
}

// A form in the dialog counts as half typed once anything in it has changed.
document.addEventListener('input', ({ target }) => target.closest?.('dialog form')?.setAttribute('data-dirty', ''));
