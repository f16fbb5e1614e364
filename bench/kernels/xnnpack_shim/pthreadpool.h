/* All that xnnpack.h needs of pthreadpool's header, which Debian's libxnnpack-dev does not depend on. */
#pragma once
typedef struct pthreadpool* pthreadpool_t;
