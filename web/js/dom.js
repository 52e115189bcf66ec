// The few words every module uses.
export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

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

export async function post(url, values = {}) {
  const body = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    for (const one of [value].flat()) body.append(name, one);
  }
  const headers = { 'X-CSRFToken': csrf(), 'HX-Request': 'true', Accept: 'application/json, text/html' };
  return fetch(url, { method: 'POST', body, headers, credentials: 'same-origin' });
}

// What a command answers to a script: JSON where there is something to say, the trigger header otherwise.
export async function answer(response) {
  const said = response.headers.get('HX-Trigger');
  const kind = response.headers.get('Content-Type') ?? '';
  const body = kind.includes('json') ? await response.json() : {};
  return { toast: said?.startsWith('{') ? JSON.parse(said).toast : undefined, ...body };
}
