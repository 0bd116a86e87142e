import type { MessageMappingProperties } from '@nestjs/websockets';
import type { Session } from '../connections/index.js';
import { unknownAction, type ClientFrame } from '../protocol/index.js';

/** What handlers, guards and filters get for a client. */
export interface Desk {
  readonly session: Session;
}

interface OwnDesk {
  session: Session | undefined;
  handlers: ReadonlyMap<string, MessageMappingProperties['callback']>;
}

/**
 * Lends desks to frames. The framework binds every handler to a client as it comes, which for thousands of idle connections
 * takes more memory than all else that is known of them. So it binds them to desks, and a frame has one to itself while
 * it is in hand: there are as many as frames were ever in hand at once.
 */
export class Desks {
  private readonly free: OwnDesk[] = [];
  private introduce: (desk: object) => void = () => {};

  /** @param introduce tells the framework of a new client; it answers with {@link bind} */
  open(introduce: (desk: object) => void): void {
    this.introduce = introduce;
  }

  bind(desk: object, mappings: readonly MessageMappingProperties[]): void {
    (desk as OwnDesk).handlers = new Map(
      mappings.map(({ message, callback }) => [message as string, callback]),
    );
  }

  /**
   * @returns what the handler of the frame's action returns
   * @throws GatewayError `UNKNOWN_ACTION`
   */
  async handle(session: Session, frame: ClientFrame): Promise<unknown> {
    const desk = this.free.pop() ?? this.newDesk();
    desk.session = session;
    try {
      const handler = desk.handlers.get(frame.action);
      if (!handler) {
        throw unknownAction(frame.action);
      }
      return await (handler(frame, frame.action) as Promise<unknown>);
    } finally {
      desk.session = undefined;
      this.free.push(desk);
    }
  }

  private newDesk(): OwnDesk {
    const desk: OwnDesk = { session: undefined, handlers: new Map() };
    this.introduce(desk);
    return desk;
  }
}
