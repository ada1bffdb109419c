import { JobSpec, ModelManifest, PeerId, WorkerProfile } from '@reverie/core'
import {
  buildJobSpec,
  buildManifestCid,
  buildModelManifest,
  buildNewRender,
  buildPeerId,
  buildWorkerProfile,
} from '@reverie/testkit'
import { describe, expect, it } from 'vitest'

describe('builders', () => {
  it('build what the schemas accept, with the changes asked for', () => {
    expect(JobSpec.parse(buildJobSpec({ steps: 7 })).steps).toBe(7)
    expect(WorkerProfile.parse(buildWorkerProfile({ slots: 3 })).slots).toBe(3)
    expect(ModelManifest.parse(buildModelManifest({ name: 'tiny' })).name).toBe('tiny')
  })

  it('refuse changes that the schemas refuse', () => {
    expect(() => buildJobSpec({ steps: 0 })).toThrow()
    expect(() => buildWorkerProfile({ name: '' })).toThrow()
  })

  it('repeat ids by number and keep numbers apart', () => {
    expect(buildPeerId(1)).toBe(buildPeerId(1))
    expect(buildPeerId(1)).not.toBe(buildPeerId(2))
    expect(PeerId.parse(buildPeerId(3))).toHaveLength(52)
    expect(buildManifestCid(1)).not.toBe(buildManifestCid(2))
  })

  it('give each image of a render its own job and seed', () => {
    const { jobs } = buildNewRender({ parameters: { n: 3, seed: '18446744073709551615' } })
    expect(jobs.map((job) => job.seed)).toEqual(['18446744073709551615', '0', '1'])
    expect(new Set(jobs.map((job) => job.id)).size).toBe(3)
  })
})
