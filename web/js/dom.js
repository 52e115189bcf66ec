// The few words every module uses.
export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

export const make = (name, values) => Object.assign(document.createElement(name), values);

// Plain English is written the European way, as on the server.
export const locale = () => (document.documentElement.lang === 'en' ? 'en-GB' : document.documentElement.lang);

export const csrf = () => $('meta[name=csrf-token]')?.content ?? '';

export function setCookie(name, value) {
  const age = value ? 31536000 : 0;
  document.cookie = `${name}=${value};path=/;max-age=${age};samesite=lax`;
}

export function later(wait, run) {
  let timer;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => run(...args), wait);
  };
}

export const isTyping = (element) =>
  Boolean(element?.closest?.('input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]'));

// Single letters may be switched off: they get in the way of some voices and readers.
export const keysAreOn = () => document.documentElement.dataset.letters !== 'off';

export const isPlain = (event) => !event.ctrlKey && !event.metaKey && !event.altKey;

// What a command answers to a script: whether it is done, and JSON or the trigger header where there is
// something to say. A line that is down is a no without words.
export async function post(url, values = {}) {
  const headers = { 'X-CSRFToken': csrf(), 'HX-Request': 'true', Accept: 'application/json, text/html' };
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams(values), headers }).catch(() => null);
  if (!response) return { ok: false };
  const said = response.headers.get('HX-Trigger');
  const isJson = response.headers.get('Content-Type')?.includes('json');
  const body = isJson ? await response.json() : {};
  const toast = said?.startsWith('{') ? JSON.parse(said).toast : undefined;
  return { ok: response.ok, next: response.headers.get('HX-Redirect'), toast, ...body };
}
