import { defineRoute } from '../route.ts'
import { LandingView, LiveView, ReadyView } from '../views/service-view.ts'

const route = { method: 'GET', tag: 'service', auth: 'public', errors: [] } as const

export const landing = defineRoute({
  ...route,
  path: '/',
  summary: 'Say what this is',
  answer: { kind: 'json', status: 200, schema: LandingView },
})

export const live = defineRoute({
  ...route,
  unlimited: true,
  path: '/health/live',
  summary: 'Is the process alive',
  answer: { kind: 'json', status: 200, schema: LiveView },
})

export const ready = defineRoute({
  ...route,
  unlimited: true,
  path: '/health/ready',
  summary: 'Can it take renders, and if not, why',
  answer: { kind: 'report', status: 200, schema: ReadyView },
})

export const openapi = defineRoute({
  ...route,
  path: '/openapi.json',
  summary: 'Get this description',
  answer: { kind: 'document', status: 200 },
})

export const docs = defineRoute({
  ...route,
  path: '/docs',
  summary: 'Read the documentation in a browser',
  answer: { kind: 'text', status: 200, contentType: 'text/html; charset=utf-8' },
})

export const metrics = defineRoute({
  ...route,
  unlimited: true,
  path: '/metrics',
  summary: 'Get metrics for Prometheus',
  answer: { kind: 'text', status: 200, contentType: 'text/plain; version=0.0.4; charset=utf-8' },
})
