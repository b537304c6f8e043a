"""Faults planted by hand: mistakes of a kind that no rule of faults.py makes."""
import faults

CUDA = "kernels/cuda/"

# name, file, what stands there (once), what stands there then
NAMED = [
    ("no barrier before the next piece", "softmax_cross_entropy.cu",
     "    __syncthreads();  // the piece before has been read\n", ""),
    ("off by one in an edge tile: rows", "gemm_code.h", "if (m >= args.m) continue;", "if (m > args.m) continue;"),
    ("off by one in an edge tile: columns", "gemm_code.h",
     "if (n < args.n_stride) visit(", "if (n <= args.n_stride) visit("),
    ("no edge tile", "gemm_code.h",
     "const int tiles = (args.m + T::BM - 1) / T::BM * args.tiles_n;\n  launch(",
     "const int tiles = args.m / T::BM * args.tiles_n;\n  launch("),
    ("edge of a tile of channels", "gather.cu", "(count + kTile - 1) / kTile", "(count + kTile) / kTile - 1"),
    ("wrong stream: a convolution beside the network's stream", "conv2d.cpp",
     "run_forward(args, forward_.kernel, context_.stream);",
     f"run_forward(args, forward_.kernel, {faults.OTHER_STREAM});"),
    ("wrong stream: the copy of the sums", "backend.cpp",
     "cudaMemcpyDeviceToHost, stream_)", f"cudaMemcpyDeviceToHost, {faults.OTHER_STREAM})"),
    ("use after free: the items of a product", "conv2d.cpp",
     "args.item_count = static_cast<int>(work.items.size());",
     "args.item_count = static_cast<int>(work.items.size());\n  items = {};"),
    ("use after free: the recorded step holds an older workspace", "workspace.h",
     "if (bytes <= buffer.bytes()) return;", ""),
    ("host pointer to a kernel: the items of a product", "conv2d.cpp",
     "args.items = static_cast<const GemmItem*>(items.data());", "args.items = work.items.data();"),
    ("host pointer to a kernel: the table of pixels", "backend.cpp",
     "upload_copy(pixel_table, stream_)",
     "Buffer(const_cast<float*>(pixel_table.data()), pixel_table.size_bytes(), [](void*, std::size_t) {})"),
    ("allocation in capture", "backend.cpp",
     "  cuda::sgd(context_,", "  const Buffer spare = cuda::allocate(4, stream_);\n  cuda::sgd(context_,"),
    ("synchronisation in capture", "backend.cpp",
     "  cuda::advance(context_, trained);", "  cuda::advance(context_, trained);\n  stream_.synchronise();"),
    ("swapped strides in the data gradient: weights", "gemm_work.cpp",
     ".b_row = layout.out_channels,\n                 .b_inner = 1}",
     ".b_row = 1,\n                 .b_inner = layout.out_channels}"),
    ("swapped strides in the data gradient: taps", "gemm_work.cpp",
     "{taps.count, taps.first_output, -1, taps.first_tap, axis.stride}",
     "{taps.count, taps.first_output, axis.stride, taps.first_tap, -1}"),
    ("arrival order: the last block adds its own chunk first", "gemm_code.h",
     "      float4 total = *from;\n"
     "      for (int chunk = 1; chunk < shared.item.all_chunks; ++chunk) total = add(total, *(from += size / 4));",
     "      const float4* const own = reinterpret_cast<const float4*>(args.sums + shared.item.sums + at);\n"
     "      float4 total = *own;\n"
     "      for (int chunk = 0; chunk < shared.item.all_chunks; ++chunk, from += size / 4)\n"
     "        if (from != own) total = add(total, *from);"),
    ("arrival order: the bias gradient", "activation.cu",
     "if (exists && threadIdx.y == 0) a.position_sums[p * a.padded_channels + c] = sum;",
     "if (exists && threadIdx.y == 0)\n"
     "    a.position_sums[(p < a.positions / 2 ? p + blockIdx.x % 2 : p) * a.padded_channels + c] = sum;"),
    ("wrong Philox index: block", "dropout.cu", "static_cast<std::uint32_t>(index / 4)",
     "static_cast<std::uint32_t>(index / 4 + 1)"),
    ("wrong Philox index: images and channels swapped", "dropout.cu",
     "static_cast<std::uint64_t>(n) * a.channels + c;", "static_cast<std::uint64_t>(c) * a.channels + n;"),
    ("wrong Philox index: kept size for full size", "dropout.cu",
     "(map * a.full_height + h) * a.full_width;", "(map * a.full_height + h) * a.width;"),
    ("dropped Philox coordinate: layer", "dropout.cu", "{a.layer, a.state->step, a.state->epoch}",
     "{0, a.state->step, a.state->epoch}"),
    ("dropped Philox coordinate: step", "dropout.cu", "{a.layer, a.state->step, a.state->epoch}",
     "{a.layer, 0, a.state->epoch}"),
    ("dropped Philox coordinate: epoch", "dropout.cu", "{a.layer, a.state->step, a.state->epoch}",
     "{a.layer, a.state->step, 0}"),
    ("dropped Philox coordinate: seed", "dropout.cu", "draw_quad(a.seed,", "draw_quad(0,"),
    ("tickets not reset", "last_block.h", "atomicInc(ticket, count - 1)", "atomicAdd(ticket, 1U)"),
    ("one ticket for all tiles", "gemm_code.h", "shared.item.ticket + tile,", "shared.item.ticket,"),
    ("one ticket for all groups of channels", "activation.cu", "a.tickets + blockIdx.y", "a.tickets"),
    ("unset cuBLAS workspace", "vendor/handles.cpp",
     "  check(cublas().set_workspace(for_products, cublas_workspace_.data(), cublas_workspace_.bytes()),\n"
     "        \"use the network's workspace\");\n", ""),
    ("unset cuBLAS stream", "vendor/handles.cpp",
     "  check(cublas().set_stream(for_products, stream), \"use the network's stream\");\n", ""),
    ("unset cuDNN stream", "vendor/handles.cpp",
     "  check(cudnn().set_stream(for_convolutions, stream), \"use the network's stream\");\n", ""),
    ("TF32 for products", "vendor/handles.cpp", "CUBLAS_PEDANTIC_MATH", "CUBLAS_DEFAULT_MATH"),
    ("atomics in cuBLAS", "vendor/handles.cpp",
     "  check(cublas().set_atomics_mode(for_products, CUBLAS_ATOMICS_NOT_ALLOWED), \"do without atomics\");\n", ""),
    ("padding of weights is +0", "conv2d.cpp", ".padding = -0.0F", ".padding = 0.0F"),
    ("padding of a map is not written", "gemm_code.h", "if (n >= args.n) return 0.0F;", ""),
    ("tiles of one operand share a buffer", "gemm_code.h", "a.store(shared.a[now ^ 1], thread);",
     "a.store(shared.a[now], thread);"),
    ("the counters advance while a step is recorded", "backend.cpp",
     "backend_.counters_.updates - before.updates;\n    backend_.counters_ = before;\n",
     "backend_.counters_.updates - before.updates;\n"),
    ("a handle ends while a step is recorded", "vendor/handles.cpp",
     "VendorHandles::~VendorHandles() {\n  const std::unique_lock alone(device_wide_calls());\n",
     "VendorHandles::~VendorHandles() {\n"),
    ("an evaluation counts as an update", "state.cu", "if (trained) state->updates += 1;", "state->updates += 1;"),
]


def named_faults(root):
    for name, file, old, new in NAMED:
        text = (root / CUDA / file).read_text()
        if text.count(old) != 1:
            raise SystemExit(f"tests/mutations/named_faults.py: '{name}' looks for this once in {CUDA}{file}, "
                             f"found {text.count(old)} times:\n{old}")
        line = text.count("\n", 0, text.index(old)) + 1
        yield faults.Fault(CUDA + file, name, line, old, new, text.replace(old, new))
