import { CopyButton, Panel } from '../ui/index.js';
import { formatJson } from './json-format.js';

/** A JSON text, readable and otherwise as it is. */
export function JsonBlock({ title, text }: { title: string; text: string }) {
  const pretty = formatJson(text);
  return (
    <Panel title={title} aside={<CopyButton text={pretty} what={title.toLowerCase()} />}>
      <pre class="json" tabIndex={0} role="region" aria-label={`${title} as JSON`}>
        {pretty}
      </pre>
    </Panel>
  );
}
