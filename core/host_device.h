// Marks a function that kernels call too. A compiler that knows no kernels sees nothing.
#pragma once

#if defined(__CUDACC__)
#define MAYFLY_HOST_DEVICE __host__ __device__
#else
#define MAYFLY_HOST_DEVICE
#endif
