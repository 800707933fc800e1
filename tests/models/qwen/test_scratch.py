from pathlib import Path

import torch
from safetensors.torch import load_file
from tests.qwen_for_tests import *

from capdemo.models.qwen_diffusion import load_qwen_image
from capdemo.models.qwen_text_encoder import load_qwen_text_encoder
from capdemo.models.wan_vae import load_wan_vae
from capdemo.node_api.diffusion import *

O=load_file(Path(__file__).parent/"comfyui.safetensors")
def near(a,b):
    d=(a-b).abs().max().item(); print(tuple(a.shape)==tuple(b.shape),d)
def test_all():
    n=load_qwen_image(diffusion_model(),where="x",device="cpu")
    x=numbers("latent",2,16,1,9,13); ctx=numbers("context",2,7,256); t=torch.tensor([0.83,0.31])
    refs=(numbers("reference 1",2,16,1,8,8),numbers("reference 2",2,16,1,21,6))
    for m in ("index","offset"):
        near(n(x,t,NetworkInputs(context=ctx,reference_latents=refs,reference_method=m)),O["transformer."+m])
    near(n(x,t,NetworkInputs(context=ctx)),O["transformer.alone"])
    e=load_qwen_text_encoder(text_encoder(),where="x",device="cpu")
    near(e.encode("A harbour at \\(six\\)").embedding[...,::16],O["text.alone"])
    p1,p2=picture("picture 1",150,200),picture("picture 2",120,90)
    TM="<|im_start|>system\nDescribe the key features of the input image (color, shape, size, texture, objects, background), then explain how the user's text instruction should alter or modify the image. Generate a new image that meets the user's requirements while maintaining consistency with the original input where appropriate.<|im_end|>\n<|im_start|>user\n{}<|im_end|>\n<|im_start|>assistant\n"
    near(e.encode_with_pictures("Picture 1: <|vision_start|><|image_pad|><|vision_end|>Picture 2: <|vision_start|><|image_pad|><|vision_end|>Replace the cat",[p1,p2],TM).embedding[...,::16],O["text.two_pictures"])
    v=load_wan_vae(vae(),where="x",device="cpu")
    near(v.encode(picture("picture 3",43,57)),O["vae.encoded"])
    near(v.encode(torch.cat([picture(f"frame {i}",16,24) for i in range(5)])),O["vae.encoded_video"])
    near(v.decode(numbers("to decode",1,16,1,4,6))[None],O["vae.decoded"])
    near(v.decode_tiled(numbers("to decode in tiles",1,16,1,12,20),Tiles(64,16,64,8))[None],O["vae.decoded_tiled"])
    near(v.encode_tiled(picture("to encode in tiles",96,160),Tiles(64,16,64,8)),O["vae.encoded_tiled"])
