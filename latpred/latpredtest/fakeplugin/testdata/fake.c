// A PJRT plugin that stands in for a GPU's: the CPU plugin, whose compilations are slow, hang
// or crash as the environment says. Like a real one it does not return to signals.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "pjrt_c_api.h"

// The names of the flags that the program looks for in a plugin's file.
__attribute__((used)) static const char flags[] =
    "xla_gpu_autotune_level xla_gpu_per_fusion_autotune_cache_dir xla_gpu_experimental_autotune_cache_mode";

static const PJRT_Api *real;
static PJRT_Api fake;

static void wait_for(double seconds) {
  struct timespec left = {(time_t)seconds, (long)((seconds - (time_t)seconds) * 1e9)};
  while (nanosleep(&left, &left) != 0 && errno == EINTR) {
  }
}

static double number(const char *name) {
  const char *text = getenv(name);
  return text ? atof(text) : 0;
}

// meant reports whether FAKE_PJRT_WHEN is in the program; an empty one is in none.
static int meant(const PJRT_Program *p) {
  const char *when = getenv("FAKE_PJRT_WHEN");
  return when && *when && memmem(p->code, p->code_size, when, strlen(when)) != NULL;
}

static PJRT_Error *compile(PJRT_Client_Compile_Args *args) {
  const char *what = getenv("FAKE_PJRT_DO");
  wait_for(number("FAKE_PJRT_SECONDS"));
  if (what && meant(args->program)) {
    if (strcmp(what, "hang") == 0) {
      for (;;) wait_for(1000);
    }
    if (strcmp(what, "segfault") == 0) {
      *(volatile int *)8 = 1;
    }
    if (strcmp(what, "abort") == 0) {
      fprintf(stderr, "F0000 00:00:00.000000 1 fake.cc:1] Check failed: a fake compiler gives up\n");
      abort();
    }
    if (strcmp(what, "fail") == 0) {
      PJRT_Program nonsense = *args->program;
      nonsense.code = (char *)"this is no program";
      nonsense.code_size = strlen(nonsense.code);
      PJRT_Client_Compile_Args other = *args;
      other.program = &nonsense;
      return real->PJRT_Client_Compile(&other);
    }
  }
  return real->PJRT_Client_Compile(args);
}

// create makes the CPU's client with one device, whatever options a GPU's would get.
static PJRT_Error *create(PJRT_Client_Create_Args *args) {
  wait_for(number("FAKE_PJRT_OPEN_SECONDS"));
  const char *what = getenv("FAKE_PJRT_DO");
  if (what && strcmp(what, "abort at once") == 0) {
    abort();
  }
  PJRT_NamedValue one;
  memset(&one, 0, sizeof one);
  one.struct_size = PJRT_NamedValue_STRUCT_SIZE;
  one.name = "cpu_device_count";
  one.name_size = strlen(one.name);
  one.type = PJRT_NamedValue_kInt64;
  one.int64_value = 1;
  one.value_size = 1;
  args->create_options = &one;
  args->num_options = 1;
  PJRT_Error *err = real->PJRT_Client_Create(args);
  args->create_options = NULL;
  args->num_options = 0;
  return err;
}

const PJRT_Api *GetPjrtApi(void) {
  if (real) return &fake;
  void *lib = dlopen(getenv("FAKE_PJRT_REAL"), RTLD_NOW | RTLD_LOCAL);
  if (!lib) {
    fprintf(stderr, "fake plugin: %s\n", dlerror());
    return NULL;
  }
  const PJRT_Api *(*get)(void) = (const PJRT_Api *(*)(void))dlsym(lib, "GetPjrtApi");
  real = get();
  memset(&fake, 0, sizeof fake);
  memcpy(&fake, real, real->struct_size < sizeof fake ? real->struct_size : sizeof fake);
  fake.PJRT_Client_Compile = compile;
  fake.PJRT_Client_Create = create;
  return &fake;
}
