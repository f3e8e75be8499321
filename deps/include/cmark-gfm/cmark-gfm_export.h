/* Nothing is exported from a static file. */
#define CMARK_GFM_EXPORT
#define CMARK_GFM_NO_EXPORT
