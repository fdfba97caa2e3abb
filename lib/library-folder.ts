/** The folder of the library's code: in the package the chunks that entry points share lie beside the first of them, as this file does here. */
export const LIBRARY_FOLDER = __dirname;
