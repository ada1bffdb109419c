import fc from 'fast-check'
import { expect, it } from 'vitest'
import { explainFailure } from '../../../src/runtime/probe/explain.ts'

it.each([
  [
    'cuda',
    'Failed to load library /opt/onnxruntime-node/bin/x/libonnxruntime_providers_shared.so with error: /opt/onnxruntime-node/bin/x/libonnxruntime_providers_shared.so: cannot open shared object file: No such file or directory',
    'libonnxruntime_providers_shared.so',
    'ONNXRUNTIME_NODE_INSTALL=cuda12 node script/install.js in /opt/onnxruntime-node',
  ],
  [
    'cuda',
    'Failed to load library libonnxruntime_providers_cuda.so with error: libcublasLt.so.12: cannot open shared object file: No such file or directory',
    'libcublasLt.so.12',
    'CUDA 12',
  ],
  [
    'cuda',
    'libonnxruntime_providers_cuda.so with error: libcudnn.so.9: cannot open shared object file',
    'libcudnn.so.9',
    'cuDNN 9',
  ],
  [
    'webgpu',
    "Warning: Couldn't load Vulkan: libvulkan.so.1: cannot open shared object file: No such file\nFailed to get a WebGPU adapter: No supported adapters",
    'libvulkan.so.1',
    'Vulkan loader',
  ],
  [
    'cuda',
    'LoadLibrary failed with error 126 "" when trying to load "C:\\x\\onnxruntime_providers_cuda.dll" which depends on "cublasLt64_12.dll" which is missing.',
    'cublasLt64_12.dll',
    'CUDA 12',
  ],
  ['dml', 'ERR: [dml] backend not found.', 'no dml here', 'another device'],
  ['cuda', 'CUDA failure 100: no CUDA-capable device is detected', 'no GPU', 'nvidia-smi'],
  ['cuda', 'CUDA failure 35: CUDA driver version is insufficient', 'driver is older', 'update it'],
  ['webgpu', 'Failed to get a WebGPU adapter: No supported adapters', 'no adapter', 'driver'],
  [
    'webgpu',
    'something\nanother thing went wrong',
    'another thing went wrong',
    'update the driver',
  ],
] as const)(
  'of %s, %j: names what is missing and what to install',
  (provider, said, reason, fix) => {
    const explained = explainFailure(provider, said)
    expect(explained.reason).toContain(reason)
    expect(explained.fix).toContain(fix)
  },
)

it('makes a reason of anything a driver says', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 500 }), (said) => {
      const { reason, fix } = explainFailure('cuda', said)
      expect(reason).not.toBe('')
      expect(fix).not.toBe('')
    }),
  )
})
