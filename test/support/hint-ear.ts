import { Redis } from 'ioredis';
import { inject, onTestFinished } from 'vitest';
import { eventually } from './eventually.js';

/** Hears the hints to instances, in order. */
export class HintEar {
  private readonly heard: { channel: string; text: string }[] = [];
  private markers = 0;

  private constructor(
    private readonly redis: Redis,
    private readonly channels: readonly string[],
  ) {
    redis.on('smessage', (channel: string, text: string) => this.heard.push({ channel, text }));
  }

  /** Listens until the test is over, or until it is closed. */
  static async on(...channels: string[]): Promise<HintEar> {
    const redis = new Redis(inject('redisUrl'));
    const ear = new HintEar(redis, channels);
    onTestFinished(() => ear.close());
    await redis.ssubscribe(...channels);
    return ear;
  }

  close(): void {
    this.redis.disconnect();
  }

  /**
   * What came on a channel since the last call. A marker behind it tells that all is there.
   * @param publisher any connection but a subscriber's
   */
  async take(publisher: Pick<Redis, 'spublish'>, channel = this.channels[0]!): Promise<string[]> {
    const marker = `marker ${++this.markers}`;
    await publisher.spublish(channel, marker);
    await eventually(() => this.heard.some(({ text }) => text === marker));
    const texts = this.heard.filter((hint) => hint.channel === channel).map(({ text }) => text);
    this.heard.splice(0, this.heard.length, ...this.heard.filter((hint) => hint.channel !== channel));
    return texts.filter((text) => !text.startsWith('marker '));
  }
}
