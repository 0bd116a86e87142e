import type { IssuedKeyView } from '../api/views.js';
import { Button, CopyButton, Dialog } from '../ui/index.js';
import { envLines, gatewayUrl, qrText } from './credentials.js';
import { qrPath } from './qr-path.js';

/** A key with its secrets: the only time that anybody sees them. */
export function IssuedKey({ issued, onClose }: { issued: IssuedKeyView; onClose: () => void }) {
  const { key, apiKey, secret } = issued;
  return (
    <Dialog
      title={`Key ${key.id}`}
      onClose={onClose}
      isSticky
      footer={
        <Button kind="primary" onClick={onClose}>
          I have stored it
        </Button>
      }
    >
      <p class="notice notice--warn">
        This is shown once. The gateway keeps no copy that could be shown again: store it now, or rotate the
        key later.
      </p>
      <Secret name="API key" value={apiKey} />
      {key.kind === 'admin' ? (
        <p class="muted">It opens this console. No till or terminal can connect with it.</p>
      ) : (
        <ForDevice issued={issued} secret={secret} />
      )}
    </Dialog>
  );
}

function ForDevice({ issued, secret }: { issued: IssuedKeyView; secret: string }) {
  const url = gatewayUrl(location);
  const lines = envLines(issued, url);
  return (
    <>
      <Secret name="HMAC secret" value={secret} />
      <div class="issued__env">
        <pre tabIndex={0} role="region" aria-label="Lines for the environment">
          {lines}
        </pre>
        <CopyButton text={lines} what="the lines for the environment" />
      </div>
      <Code text={qrText(issued, url)} />
    </>
  );
}

function Secret({ name, value }: { name: string; value: string }) {
  return (
    <div class="issued__secret">
      <span class="muted">{name}</span>
      <code>{value}</code>
      <CopyButton text={value} what={name} />
    </div>
  );
}

function Code({ text }: { text: string }) {
  const { size, path } = qrPath(text);
  return (
    <figure class="issued__code">
      <svg viewBox={`0 0 ${size} ${size}`} role="img" aria-label="QR code with address and API key">
        <rect width={size} height={size} class="issued__code-ground" />
        <path d={path} class="issued__code-dark" shape-rendering="crispEdges" />
      </svg>
      <figcaption class="muted">Address and API key, for a device with a camera.</figcaption>
    </figure>
  );
}
