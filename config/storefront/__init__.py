"""The demonstration shop at /, there only when settings.STOREFRONT: it lets anybody shop as any customer."""
