/* Nothing is exported from a static file. */
#define CMARK_GFM_EXTENSIONS_EXPORT
