/**
 * Kinds decide level, retry and status: `user` is the caller's to mend (4xx, no retry), `operational` is the world's
 * (retry, warn), `bug` is ours (alert).
 */
export type ErrorKind = 'user' | 'operational' | 'bug'

interface CodeFacts {
  readonly kind: ErrorKind
  /** HTTP status where the error answers a request. */
  readonly status: number
  /** One sentence for the error reference. */
  readonly summary: string
}

/** Every error code of Reverie. ERRORS.md is generated from this table and a test keeps the two equal. */
export const ERROR_CODES = {
  malformed_request: {
    kind: 'user',
    status: 400,
    summary: 'The body is not valid JSON or has the wrong content type.',
  },
  invalid_parameter: {
    kind: 'user',
    status: 400,
    summary:
      'A field is missing, unknown or out of range; `field` and `accepted` say which and what would do.',
  },
  unauthorized: {
    kind: 'user',
    status: 401,
    summary: 'No API key was sent, or the key is not known.',
  },
  forbidden: { kind: 'user', status: 403, summary: 'The key is known but may not do this.' },
  route_not_found: { kind: 'user', status: 404, summary: 'No such route.' },
  render_not_found: {
    kind: 'user',
    status: 404,
    summary: 'No render of this account has this id.',
  },
  job_not_found: {
    kind: 'user',
    status: 404,
    summary: 'No job of this account has this id, or it has no receipt yet.',
  },
  image_not_found: { kind: 'user', status: 404, summary: 'No image with this hash is stored.' },
  model_not_found: {
    kind: 'user',
    status: 404,
    summary: 'No model with this name or CID is in the catalogue.',
  },
  idempotency_conflict: {
    kind: 'user',
    status: 409,
    summary: 'The Idempotency-Key was used before with another body.',
  },
  body_too_large: {
    kind: 'user',
    status: 413,
    summary: 'The body is larger than the route takes.',
  },
  range_not_satisfiable: {
    kind: 'user',
    status: 416,
    summary: 'The Range header asks for bytes past the end of the image.',
  },
  unsupported_by_model: {
    kind: 'user',
    status: 422,
    summary:
      'The model cannot do this size, number of steps or sampler; `accepted` states its range.',
  },
  input_invalid: {
    kind: 'user',
    status: 422,
    summary:
      'An input picture, mask or further model of a job is missing, damaged, too large or does not fit; `field` says which.',
  },
  rate_limited: {
    kind: 'user',
    status: 429,
    summary: 'Too many requests; `Retry-After` says when to try again.',
  },
  storage_unavailable: {
    kind: 'operational',
    status: 503,
    summary: 'The database or the blob folder cannot be written; nothing was accepted.',
  },
  shutting_down: {
    kind: 'operational',
    status: 503,
    summary: 'The coordinator is draining; try again in a moment.',
  },
  internal: {
    kind: 'bug',
    status: 500,
    summary: 'A bug in Reverie; the log has the details under the request id.',
  },

  worker_lost: {
    kind: 'operational',
    status: 502,
    summary: 'The worker went away or went silent with the job unfinished.',
  },
  worker_refused: {
    kind: 'operational',
    status: 502,
    summary: 'The worker would not take the job.',
  },
  engine_failed: {
    kind: 'operational',
    status: 502,
    summary: 'The inference process crashed or the runtime reported an error.',
  },
  engine_stalled: {
    kind: 'operational',
    status: 502,
    summary: 'A model call ran far longer than it should; the inference process was stopped.',
  },
  out_of_memory: {
    kind: 'operational',
    status: 502,
    summary: 'The device ran out of memory for this size.',
  },
  bad_output: {
    kind: 'operational',
    status: 502,
    summary: 'The model produced values that are not finite, or a black image.',
  },
  attempts_exhausted: {
    kind: 'operational',
    status: 502,
    summary: 'As many workers as a job may try have failed it.',
  },
  cancelled: { kind: 'user', status: 409, summary: 'The render was cancelled.' },

  message_invalid: {
    kind: 'user',
    status: 400,
    summary: 'A network message is not canonical DAG-CBOR or fails its schema.',
  },
  message_too_large: {
    kind: 'user',
    status: 413,
    summary: 'A network message is larger than its protocol allows.',
  },
  protocol_violation: {
    kind: 'user',
    status: 400,
    summary: 'A peer sent a message that its session does not allow now.',
  },
  peer_refused: {
    kind: 'user',
    status: 403,
    summary: 'The coordinator will not have this peer; `message` says why.',
  },
  result_unknown_job: {
    kind: 'user',
    status: 404,
    summary: 'A result names a job that this coordinator does not know.',
  },
  result_job_closed: {
    kind: 'user',
    status: 409,
    summary: 'A result came for a job that is already final.',
  },
  result_image_invalid: {
    kind: 'user',
    status: 422,
    summary:
      'The image of a result cannot be decoded, has another size or does not match its hash.',
  },
  result_receipt_invalid: {
    kind: 'user',
    status: 422,
    summary:
      'The receipt of a result has a wrong signature or does not state the job that was given.',
  },

  model_file_missing: {
    kind: 'operational',
    status: 500,
    summary: 'A file named by the manifest is not in the model folder.',
  },
  model_file_corrupt: {
    kind: 'operational',
    status: 500,
    summary: 'A model file differs from its manifest in size or SHA-256.',
  },
  model_invalid: {
    kind: 'operational',
    status: 500,
    summary: 'A model folder or graph is not one the engine can run.',
  },

  model_incompatible: {
    kind: 'user',
    status: 422,
    summary:
      'A LoRA, embedding, ControlNet or other further model is for another family or kind; `accepted` says what fits.',
  },
  download_failed: {
    kind: 'operational',
    status: 502,
    summary: 'A model could not be downloaded; what has arrived is kept and the next pull goes on.',
  },
  disk_full: {
    kind: 'operational',
    status: 500,
    summary: 'There is less free disk space than the files need.',
  },
  device_unavailable: {
    kind: 'operational',
    status: 500,
    summary:
      'The execution provider that was asked for cannot run a graph here; `message` names the missing library or driver.',
  },

  address_in_use: {
    kind: 'operational',
    status: 500,
    summary: 'The port is taken by another program.',
  },
  data_folder_unusable: {
    kind: 'operational',
    status: 500,
    summary: 'The data folder cannot be created, written or locked.',
  },
  identity_unreadable: {
    kind: 'operational',
    status: 500,
    summary: 'The identity key file is damaged or has unsafe permissions.',
  },
  coordinator_unreachable: {
    kind: 'operational',
    status: 502,
    summary: 'No coordinator answers at this address.',
  },
  invalid_option: {
    kind: 'user',
    status: 400,
    summary: 'A command line option or setting has a value that cannot be used.',
  },
  file_unreadable: {
    kind: 'user',
    status: 400,
    summary: 'A file does not exist or is not of the kind expected.',
  },
} as const satisfies Record<string, CodeFacts>

export type ErrorCode = keyof typeof ERROR_CODES

export const ERROR_CODE_NAMES: readonly ErrorCode[] = Object.keys(ERROR_CODES) as ErrorCode[]

export const isErrorCode = (text: string): text is ErrorCode => Object.hasOwn(ERROR_CODES, text)
