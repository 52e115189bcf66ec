// What happened, said at the edge of the screen, with a way back while it can be taken back.
import { $, $$, make, post } from './dom.js';

const STAY = 6000;
const STAY_WITH_UNDO = 10000;
const MOST = 3;

function dismiss(box) {
  box.remove();
  const home = $('#toasts');
  if (!home.children.length && home.matches(':popover-open')) home.hidePopover();
}

async function undo(box, url) {
  dismiss(box);
  const answer = await post(url);
  say(answer);
  if (answer.ok) document.dispatchEvent(new Event('refresh'));
}

function arm(box) {
  const home = $('#toasts');
  // In the top layer, so that a toast is seen above an open dialog.
  if (home.matches(':popover-open')) home.hidePopover();
  home.showPopover?.();
  while (home.children.length > MOST) home.firstElementChild.remove();
  const back = $('[data-undo-url]', box);
  back?.addEventListener('click', () => undo(box, back.dataset.undoUrl));
  let timer;
  const start = () => { timer = setTimeout(() => dismiss(box), back ? STAY_WITH_UNDO : STAY); };
  ['mouseenter', 'focusin'].forEach((name) => box.addEventListener(name, () => clearTimeout(timer)));
  box.addEventListener('mouseleave', start);
  start();
}

export function toast({ text, tone = '', undo_url: undoUrl = '' }) {
  const home = $('#toasts');
  if (!home || !text) return;
  const box = make('div', { className: 'toast' });
  box.dataset.tone = tone;
  box.append(make('span', { className: 'txt', textContent: text }));
  if (undoUrl) {
    const button = make('button', { type: 'button', textContent: home.dataset.undo });
    button.dataset.undoUrl = undoUrl;
    box.append(button);
  }
  home.append(box);
  arm(box);
}

// What the answer of a command says; a no always says something.
export function say({ ok, toast: said, text = ok ? '' : $('#toasts').dataset.failed }) {
  toast(said ?? { text, tone: ok ? '' : 'bad' });
}

document.addEventListener('toast', ({ detail }) => toast(detail));
$$('#toasts > .toast').forEach(arm);
