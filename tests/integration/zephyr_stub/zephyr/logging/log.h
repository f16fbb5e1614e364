/* A stand-in, see zephyr/kernel.h here. */
#ifndef ZEPHYR_STUB_LOG_H_
#define ZEPHYR_STUB_LOG_H_

#ifdef __cplusplus
extern "C" {
#endif

void stub_log(const char *level, const char *format, ...) __attribute__((format(printf, 2, 3)));
#define LOG_MODULE_REGISTER(name, level) typedef int stub_log_module_##name
#define LOG_ERR(...) stub_log("error", __VA_ARGS__)
#define LOG_WRN(...) stub_log("warning", __VA_ARGS__)
#define LOG_INF(...) stub_log("info", __VA_ARGS__)

#ifdef __cplusplus
}
#endif
#endif
