// The module does nothing by itself: the page opens it (web/backend/browser_backend.cpp).
int main() { return 0; }
