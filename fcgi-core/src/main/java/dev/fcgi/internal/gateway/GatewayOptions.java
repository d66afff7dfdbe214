package dev.fcgi.internal.gateway;

import dev.fcgi.client.FcgiClient;
import java.util.Map;

/**
 * The settings of a gateway.
 *
 * @param root null when there is none
 * @param scriptRoot path of the root as the application sees it; null when there is none
 * @param mount SCRIPT_NAME of everything; null when paths lead to files
 * @param frontController null when there is none
 */
public record GatewayOptions(FcgiClient client, DocumentRoot root, String scriptRoot, String mount,
        String frontController, long maxBodyLength, Map<String, String> params) {}
