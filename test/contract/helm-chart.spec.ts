// The Helm chart as it was rendered (deploy/helm/render.sh): valid for Kubernetes, and in accord with the gateway.
import { readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import {
  PrometheusRule,
  ServiceMonitor,
} from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
import { Ajv } from 'ajv';
import { Deployment, type IDeployment } from 'kubernetes-models/apps/v1';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import { Ingress, NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { Service, ServiceAccount } from 'kubernetes-models/v1';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { SETTINGS } from '../../src/config/settings.js';
import { PROJECT_FOLDER, runProgram } from '../support/programs.js';

const CHART = 'deploy/helm/terminal-gateway';
const MODELS: Record<string, new (manifest: never) => { validate(): void }> = {
  Deployment,
  HorizontalPodAutoscaler,
  Ingress,
  NetworkPolicy,
  PodDisruptionBudget,
  Service,
  ServiceAccount,
  ServiceMonitor,
};

interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string };
}

const read = (path: string) => readFile(join(PROJECT_FOLDER, path), 'utf8');
const rendered = {
  default: await read('deploy/helm/rendered/default.yaml'),
  full: await read('deploy/helm/rendered/full.yaml'),
};
const manifestsOf = (text: string) =>
  parseAllDocuments(text)
    .map((document) => document.toJS() as Manifest | null)
    .filter((manifest) => manifest !== null);
const all = Object.entries(rendered).flatMap(([name, text]) =>
  manifestsOf(text).map((manifest) => ({
    name: `${name}: ${manifest.kind} ${manifest.metadata.name}`,
    manifest,
  })),
);

function podOf(text: string) {
  const { spec } = manifestsOf(text).find(({ kind }) => kind === 'Deployment') as unknown as IDeployment;
  const pod = spec!.template.spec!;
  const container = pod.containers[0]!;
  const valueOf = (name: string) => container.env?.find((variable) => variable.name === name)?.value;
  return { pod, container, valueOf };
}

describe('the rendered manifests', () => {
  it.each(Object.keys(rendered))('%s was made of the chart as it is', async (name) => {
    const digest = (await runProgram(['sh', 'deploy/helm/render.sh', '--digest'])).trim();
    expect(rendered[name as keyof typeof rendered], 'run deploy/helm/render.sh').toContain(digest);
  });

  it('has everything that the chart can make', () => {
    const kinds = new Set(manifestsOf(rendered.full).map(({ kind }) => kind));
    expect([...kinds].sort()).toEqual(Object.keys(MODELS).sort());
  });

  it.each(all)('$name is what Kubernetes takes', ({ manifest }) => {
    const model = new MODELS[manifest.kind]!(manifest as never);
    expect(model).toMatchObject({ apiVersion: manifest.apiVersion });
    expect(() => model.validate()).not.toThrow();
  });

  it('the alerts make a PrometheusRule', async () => {
    const spec = parse(await read(`${CHART}/files/alerts.yml`)) as never;
    expect(() => new PrometheusRule({ metadata: { name: 'alerts' }, spec }).validate()).not.toThrow();
    const origin = await realpath(join(PROJECT_FOLDER, 'deploy/prometheus/alerts.yml'));
    expect(await realpath(join(PROJECT_FOLDER, CHART, 'files/alerts.yml'))).toBe(origin);
  });
});

describe.each(Object.entries(rendered))('the pod, %s', (_, text) => {
  const { pod, container, valueOf } = podOf(text);

  it('sets only what the gateway knows', () => {
    const known = Object.values(SETTINGS).map(({ name }) => name);
    for (const { name } of container.env ?? []) expect(known).toContain(name);
  });

  it('names the store in exactly one way, and takes its secrets from Secrets', () => {
    const stores = ['REDIS_URL', 'REDIS_SENTINELS', 'REDIS_CLUSTER_NODES'];
    expect(container.env?.filter(({ name }) => stores.includes(name))).toHaveLength(1);
    for (const name of ['REDIS_URL', 'SECRETS_KEY']) expect(valueOf(name)).toBeUndefined();
  });

  it('is given more time to stop than preStop and drain take', () => {
    const preStop = Number(
      /\}, (\d+)\)/.exec(container.lifecycle?.preStop?.exec?.command?.at(-1) ?? '')?.[1],
    );
    const drain = Number(valueOf('DRAIN_TIMEOUT_MS'));
    expect(1_000 * pod.terminationGracePeriodSeconds!).toBeGreaterThan(preStop + drain + 5_000);
  });

  it('may do nothing that it need not do', () => {
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });

  it('is named after itself, and asked for liveness and readiness', () => {
    expect(container.env).toContainEqual({
      name: 'INSTANCE_ID',
      valueFrom: { fieldRef: { fieldPath: 'metadata.name' } },
    });
    expect(container.livenessProbe?.httpGet?.path).toBe('/health/live');
    expect(container.readinessProbe?.httpGet?.path).toBe('/health/ready');
  });
});

describe('values.yaml', async () => {
  const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(
    JSON.parse(await read(`${CHART}/values.schema.json`)) as object,
  );
  const values = parse(await read(`${CHART}/values.yaml`)) as { config: object; drainTimeoutMs: number };

  it('is what its schema allows', () => {
    validate(values);
    expect(validate.errors).toBeNull();
  });

  it('has the default of the gateway for the drain', () => {
    expect(values.drainTimeoutMs).toBe(SETTINGS.drainTimeoutMs.default);
  });

  it.each(['SECRETS_KEY', 'REDIS_URL', 'METRICS_TOKEN', 'INSTANCE_ID'])('can not hold %s', (name) => {
    expect(validate({ ...values, config: { ...values.config, [name]: 'x' } })).toBe(false);
  });
});
