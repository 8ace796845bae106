import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './ui/theme.css';
import './shell/shell.css';
import { App } from './shell/app.tsx';
import { startWords } from './shell/words.ts';
import { applyLook } from './ui/index.ts';

applyLook();
await startWords();
createRoot(document.getElementById('app')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
