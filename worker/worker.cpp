extern "C" [[clang::export_name("fairway_ready")]] int fairway_ready() { return 1; }
