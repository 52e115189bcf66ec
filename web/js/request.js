// htmx: the short vocabulary, the CSRF header, and what happens when an answer is not the one hoped for.
import htmx from 'htmx.org';
import { $, csrf } from './dom.js';
import { toast } from './toasts.js';

Object.assign(htmx.config, { includeIndicatorCSS: false, history: 'reload' });

document.addEventListener('htmx:config:request', ({ detail }) => {
  detail.ctx.request.headers['X-CSRFToken'] = csrf();
});

// A whole error page must not land inside a table: say its heading instead.
document.addEventListener('htmx:before:swap', (event) => {
  const { ctx } = event.detail;
  const status = ctx.response?.status ?? 200;
  if (status < 400 || !/^\s*<!doctype/i.test(ctx.text ?? '')) return;
  event.preventDefault();
  const page = new DOMParser().parseFromString(ctx.text, 'text/html');
  const said = [$('h1', page), $('.lede', page)].map((part) => part?.textContent.trim()).filter(Boolean);
  toast({ text: said.join('. ') || $('#toasts').dataset.failed, tone: 'bad' });
});

// A list that takes longer than a moment says that it is looking.
let looking;
document.addEventListener('htmx:before:request', ({ detail }) => {
  const target = $('#list');
  if (detail.ctx?.target !== target || !target) return;
  clearTimeout(looking);
  looking = setTimeout(() => target.setAttribute('aria-busy', 'true'), 400);
});
document.addEventListener('htmx:finally:request', () => {
  clearTimeout(looking);
  $('#list')?.removeAttribute('aria-busy');
});

document.addEventListener('htmx:error', ({ detail }) => {
  if (detail.error?.name !== 'AbortError') toast({ text: $('#toasts')?.dataset.failed ?? '', tone: 'bad' });
});

// hx-confirm asks in our own dialog.
document.addEventListener('htmx:confirm', (event) => {
  const { ctx, issueRequest, dropRequest } = event.detail;
  const dialog = $('#confirm');
  if (!ctx.confirm || !dialog) return;
  event.preventDefault();
  $('[data-question]', dialog).textContent = ctx.confirm;
  dialog.returnValue = 'no';
  dialog.showModal();
  dialog.addEventListener('close', () => (dialog.returnValue === 'yes' ? issueRequest() : dropRequest()), { once: true });
});

export const into = (target, url) => htmx.ajax('GET', url, { target, swap: 'innerHTML', headers: { 'HX-Target': target } });

export function refresh(region = $('#main')) {
  if (!region?.id) return undefined;
  const url = region.dataset.liveSrc ?? location.pathname + location.search;
  return htmx.ajax('GET', url, { source: region, target: region, select: `#${region.id}`, swap: 'outerMorph' });
}

document.addEventListener('refresh', () => refresh());

// Listen at once: htmx would wait for a timer, and what is pressed before it rings would be lost.
htmx.initialize();
htmx.initialize = () => {};

export { htmx };
