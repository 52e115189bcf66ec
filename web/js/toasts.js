// What happened, said at the edge of the screen, with a way back while it can be taken back.
import { $, $$, answer, post } from './dom.js';

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
  const response = await post(url);
  const said = await answer(response);
  if (said.toast) toast(said.toast);
  else if (!response.ok) toast({ text: said.text ?? $('#toasts').dataset.failed, tone: 'bad' });
  if (response.ok) document.dispatchEvent(new Event('refresh'));
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
  box.addEventListener('mouseenter', () => clearTimeout(timer));
  box.addEventListener('focusin', () => clearTimeout(timer));
  box.addEventListener('mouseleave', start);
  start();
}

export function toast({ text, tone = '', undo_url: undoUrl = '' }) {
  const home = $('#toasts');
  if (!home || !text) return;
  const box = document.createElement('div');
  box.className = 'toast';
  box.dataset.tone = tone;
  const words = document.createElement('span');
  words.className = 'txt';
  words.textContent = text;
  box.append(words);
  if (undoUrl) {
    const button = document.createElement('button');
    button.type = 'button';
    button.dataset.undoUrl = undoUrl;
    button.textContent = home.dataset.undo;
    box.append(button);
  }
  home.append(box);
  arm(box);
}

document.addEventListener('toast', ({ detail }) => toast(detail));
$$('#toasts > .toast').forEach(arm);
