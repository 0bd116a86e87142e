import type { PaymentDetail } from '../api/views.js';
import { lengthText } from '../ui/index.js';
import { hopsOf, LANES, stretchesOf, type Hop, type Lane, type Stretch } from './timeline.js';

/** px of the drawing. */
const LANE_X: Record<Lane, number> = { till: 16, gateway: 80, terminal: 144 };
const WIDTH = 168;
const ROW = 52;
const MIDDLE = ROW / 2;
const HEAD = 5;

/** A payment's way as a picture: who had it for how long, and each hop between till, gateway and terminal. */
export function Timeline({ payment }: { payment: PaymentDetail }) {
  const hops = hopsOf(payment.timeline, payment.errorCode);
  return (
    <div class="timeline">
      <Stretches stretches={stretchesOf(payment.timeline)} />
      <p class="timeline__lanes" aria-hidden="true">
        {LANES.map((lane) => (
          <span key={lane} style={{ left: `${LANE_X[lane]}px` }}>
            {lane}
          </span>
        ))}
      </p>
      <ol class="timeline__hops" aria-label="Steps">
        {hops.map((hop, index) => (
          <li key={hop.event} class="hop">
            <Drawing hop={hop} isCut={isCutAt(hops, index)} />
            <span class="hop__ms">
              <strong>{index === 0 ? '0 ms' : `+${lengthText(hop.sinceLastMs)}`}</strong>
              <span class="muted">{lengthText(hop.sinceStartMs)}</span>
            </span>
            <span class="hop__words">
              {hop.words}
              <span class="muted">
                <code>{hop.event}</code> on {hop.instance}
              </span>
            </span>
          </li>
        ))}
      </ol>
    </div>
  );
}

function Stretches({ stretches }: { stretches: readonly Stretch[] }) {
  if (stretches.length === 0) return null;
  return (
    <ul class="stretches" aria-label="Where the time went">
      {stretches.map(({ name, ms, tone }, index) => (
        // The shortest stay visible: the picture shows who had it, the figures how long.
        <li key={index} class={`stretch stretch--${tone}`} style={{ flexGrow: Math.sqrt(ms) + 1 }}>
          <span>{name}</span>
          <strong>{lengthText(ms)}</strong>
        </li>
      ))}
    </ul>
  );
}

/** The piece of the lanes beside one step, with its arrow; the step says the same in words. */
function Drawing({ hop, isCut }: { hop: Hop; isCut: boolean }) {
  const from = LANE_X[hop.from];
  const to = LANE_X[hop.to];
  return (
    <svg class="hop__picture" width={WIDTH} aria-hidden="true">
      {LANES.map((lane) => (
        <line
          key={lane}
          class={lane === 'terminal' && isCut ? 'hop__lane hop__lane--cut' : 'hop__lane'}
          x1={LANE_X[lane]}
          x2={LANE_X[lane]}
          y1={0}
          y2="100%"
        />
      ))}
      {hop.line === undefined ? <Arrow from={from} to={to} /> : <Break x={from} line={hop.line} />}
    </svg>
  );
}

function Arrow({ from, to }: { from: number; to: number }) {
  if (from === to) return <circle class="hop__point" cx={from} cy={MIDDLE} r={5} />;
  const back = Math.sign(from - to) * HEAD;
  return (
    <>
      <circle class="hop__point" cx={from} cy={MIDDLE} r={3} />
      <path
        class="hop__arrow"
        d={`M${from} ${MIDDLE}H${to}M${to + back} ${MIDDLE - HEAD}L${to} ${MIDDLE}L${to + back} ${MIDDLE + HEAD}`}
      />
    </>
  );
}

function Break({ x, line }: { x: number; line: 'cut' | 'back' }) {
  if (line === 'back') return <circle class="hop__point hop__point--back" cx={x} cy={MIDDLE} r={6} />;
  const [a, b] = [x - 6, x + 6];
  return (
    <path
      class="hop__cut"
      d={`M${a} ${MIDDLE - 6}L${b} ${MIDDLE + 6}M${b} ${MIDDLE - 6}L${a} ${MIDDLE + 6}`}
    />
  );
}

/** The terminal was away at this step. */
function isCutAt(hops: readonly Hop[], index: number): boolean {
  const latest = hops.slice(0, index + 1).findLast(({ line }) => line !== undefined);
  return latest?.line === 'cut' && hops[index]!.from !== 'terminal';
}
