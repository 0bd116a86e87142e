/** A transaction as `getTransaction` shows it. */
export interface Transaction {
  transactionId: string;
  status: string;
  version?: number;
  delivery?: string;
  voidPending?: boolean;
  timeline?: { event: string; at: string }[];
  [member: string]: unknown;
}

/** An entry of `terminalsResponse`. */
export interface ListedTerminal {
  connectionId?: string;
  terminalId?: string;
  deviceId?: string;
  status: string;
  [member: string]: unknown;
}

/** A frame of the gateway, parsed. Its members are what the contract calls them, and checked by nobody here. */
export interface Frame {
  action: string;
  transactionId?: string;
  terminalId?: string;
  connectionId?: string;
  status?: string;
  code?: string;
  eventId?: string;
  reason?: string;
  requestAction?: string;
  retrySafe?: boolean;
  recovered?: boolean;
  transactionVersion?: number;
  paymentRequest?: { transactionId: string; amount: unknown; [member: string]: unknown };
  paymentResponse?: { errorCode?: string; [member: string]: unknown };
  transaction?: Transaction;
  terminals?: ListedTerminal[];
  [member: string]: unknown;
}

/** @returns the frame, or undefined if the text is no JSON object with an `action` */
export function parseFrame(text: string): Frame | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return typeof (value as Frame).action === 'string' ? (value as Frame) : undefined;
  } catch {
    return undefined;
  }
}
