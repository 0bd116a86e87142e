import { useState } from 'preact/hooks';
import { Button } from './button.js';

const SAID_MS = 2_000;

/** @param what named for those who do not see what stands beside it */
export function CopyButton({ text, what }: { text: string; what: string }) {
  const [said, say] = useState('');
  const copy = async () => {
    say((await write(text)) ? 'Copied' : 'Select it and copy it yourself');
    setTimeout(() => say(''), SAID_MS);
  };
  return (
    <Button label={said === '' ? `Copy ${what}` : `${said}: ${what}`} onClick={() => void copy()}>
      {said || 'Copy'}
    </Button>
  );
}

/** A page that came over plain HTTP from another machine has no clipboard. */
async function write(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
